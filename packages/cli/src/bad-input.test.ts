import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runProgram } from './program.ts';
import { errorText } from './render/report-error.ts';

/** Ten mistakes; one of them leaves a key missing, which is told, too. */
const tenErrors = `domains:
  krill: krill_.example.net
  rdrp: rrdp.example.net
  rsync: 3
nodes: [10.0.0.1, server2]
krill:
  mode: own
  cas: 5
  ca: "no ca"
tls:
  mode: own
  certificat: /etc/cert.pem
  key: key.pem
log: { level: loud }
`;

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bad-input-'));
  await writeFile(join(dir, 'ten.yaml'), tenErrors);
  await writeFile(join(dir, 'broken.yaml'), 'domains: {');
});
afterAll(() => rm(dir, { recursive: true }));

/** What the operator reads and the exit code; commander writes of wrong options by itself. */
async function said(argv: readonly string[]): Promise<string> {
  const there = argv.map((word) => word.replace('DIR', dir));
  try {
    return `exit ${await runProgram(there)}`;
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, 'exitCode') : '';
    return `exit ${String(code)}\n${errorText(error)}`.replaceAll(dir, 'DIR');
  }
}

describe('bad input changes nothing and says what to do', () => {
  test.each([
    [['--nonsense', 'init']],
    [['status', '--nonsense']],
    [['restat']],
    [['init', '--slave=0']],
    [['init', '--slave=2']],
    [['init', '--slave', '--slave-ips=10.0.0.2']],
    [['config', 'check', '--config=DIR/none.yaml']],
    [['config', 'check', '--config=DIR/broken.yaml']],
    [['config', 'check', '--config=DIR/ten.yaml']],
    [['init', '--config=DIR/ten.yaml']],
    [['restart', 'apache']],
    [['logs']],
    [['logs', 'apache']],
    [['logs', 'nginx', '--tail=many']],
    [['leave', '--no-input']],
  ])('%j', async (argv) => {
    expect(await said(argv)).toMatchSnapshot();
  });
});
