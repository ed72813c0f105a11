import { describe, expect, test } from '@jest/globals';
import { DeadlineError, runCommand } from './run.ts';

describe('runCommand', () => {
  test('gives the program its input, the C locale and no shell', async () => {
    expect((await runCommand(['cat'], { input: 'secret\n' })).stdout).toBe('secret\n');
    expect((await runCommand(['printenv', 'LC_ALL'])).stdout).toBe('C\n');
    expect((await runCommand(['echo', '$HOME', ';', 'id'])).stdout).toBe('$HOME ; id\n');
  });

  test('an exit code that is an answer is no failure', async () => {
    expect((await runCommand(['false'], { accept: [1] })).exitCode).toBe(1);
  });

  test('a failure quotes program, exit code and the end of its standard error', async () => {
    const script = 'for i in 1 2 3 4 5 6 7; do echo line $i >&2; done; exit 3';
    const failed = runCommand(['sh', '-c', script]);
    await expect(failed).rejects.toThrow('sh: exit 3: line 3\nline 4\nline 5\nline 6\nline 7');
    await expect(failed).rejects.not.toThrow('line 2');
  });

  test('a program that is missing is named', async () => {
    await expect(runCommand(['no-such-program'])).rejects.toThrow(
      'no-such-program is not installed',
    );
  });

  test('a program that does not end is killed at the deadline', async () => {
    const before = Date.now();
    const error = await runCommand(['sleep', '60'], { deadlineMs: 100 }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DeadlineError);
    await (error as DeadlineError).ended;
    expect(Date.now() - before).toBeLessThan(20_000);
  });
});
