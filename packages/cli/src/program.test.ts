import { describe, expect, test } from '@jest/globals';
import { runProgram } from './program.ts';

describe('wrong usage ends with 2', () => {
  test.each([
    [['--nonsense']],
    [['init', '--nonsense']],
    [['nonsense']],
    [['--slave-ips', 'init', '--slave-ips']],
  ])('%j', async (argv) => {
    await expect(runProgram(argv)).resolves.toBe(2);
  });

  test.each([
    [['--slave=0', 'init']],
    [['--slave=2', 'init']],
    [['init', '--slave=x']],
    [['--slave', '--slave-ips=10.0.0.2', 'init']],
    [['--config=/nowhere.yaml', 'init', '--slave-ips=10.0.0.2,10.0.0.3']],
  ])('%j', async (argv) => {
    await expect(runProgram(argv)).rejects.toMatchObject({ exitCode: 2 });
  });
});

test('help is no error', async () => {
  await expect(runProgram(['--help'])).resolves.toBe(0);
});
