import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { opensslCertificates } from '@krillmanager/host';
import { runProgram } from './program.ts';
import { asksForJson, reportError } from './render/report-error.ts';

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

const yearMs = 366 * 86_400_000;

/** Configurations with own files: a key of another certificate, one that expired, one for others. */
async function writePairs(): Promise<void> {
  const made = (ago: number) =>
    opensslCertificates({ scratch: dir, now: () => Date.now() - ago * yearMs });
  const authority = await made(2).authority('a test', 3650);
  const pairs = {
    good: await made(0).server(authority, ['rpki.lab'], 90),
    expired: await made(1).server(authority, ['rpki.lab'], 90),
    other: await made(0).server(authority, ['other.lab'], 90),
  };
  for (const [name, { certificate, key }] of Object.entries(pairs)) {
    await writeFile(join(dir, `${name}.pem`), certificate);
    await writeFile(join(dir, `${name}.key`), key.reveal());
  }
  const configure = (name: string, certificate: string, key: string) =>
    writeFile(
      join(dir, `${name}.yaml`),
      `domains: rpki.lab\ntls: { mode: own, certificate: ${dir}/${certificate}, key: ${dir}/${key} }\n`,
    );
  await configure('mismatch', 'good.pem', 'other.key');
  await configure('expired', 'expired.pem', 'expired.key');
  await configure('other', 'other.pem', 'other.key');
}

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bad-input-'));
  await writePairs();
  await writeFile(join(dir, 'open'), 'a'.repeat(40), { mode: 0o644 });
  await writeFile(join(dir, 'ten.yaml'), tenErrors);
  const plain = 'domains: rpki.lab\ntls: { mode: private }\n';
  await writeFile(join(dir, 'two.yaml'), `${plain}nodes: [10.0.0.1, 10.0.0.2]\n`);
  await writeFile(join(dir, 'families.yaml'), `${plain}nodes: [10.0.0.1, 10.0.0.2, fd00::3]\n`);
  await writeFile(join(dir, 'broken.yaml'), 'domains: {');
});
afterAll(() => rm(dir, { recursive: true }));

const failed = (error: unknown, argv: readonly string[]): number =>
  reportError(error, {
    stderr: process.stderr,
    ...(asksForJson(argv) && { json: process.stdout }),
  });

/** The exit code and what the operator reads, of us and of commander, which writes by itself. */
async function said(argv: readonly string[]): Promise<string> {
  const there = argv.map((word) => word.replace('DIR', dir));
  let written = '';
  const write = (text: string | Uint8Array): boolean => {
    written += String(text);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(write),
  );
  const code = await runProgram(there).catch((error) => failed(error, there));
  for (const spy of spies) spy.mockRestore();
  return `exit ${code}\n${written}`
    .replaceAll(dir, 'DIR')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'THEN');
}

// Without --yes: on a day when --dry-run gets lost, nothing must happen to this machine either.
describe('options before the command are as good as behind it', () => {
  test.each([
    [['--dry-run', '--no-input', 'leave']],
    [['--json', '--dry-run', 'leave', '--force', '--no-input']],
  ])('%j', async (argv) => {
    expect(await said(argv)).toMatchSnapshot();
  });
});

describe('help is there', () => {
  test.each([
    [['help'], 'open-cluster-ports --peers'],
    [['help', 'config'], 'Usage: krillmanager config [options]'],
    [['help', 'config', 'show'], 'Usage: krillmanager config show [options]'],
    [['help', 'krillc'], 'Usage: krillmanager krillc'],
    [['help', 'open-cluster-ports'], 'Usage: open-cluster-ports'],
  ])('%j', async (argv, expected) => {
    const answer = await said(argv);
    expect(answer).toContain('exit 0\n');
    expect(answer).toContain(expected);
  });
});

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
    [['config', 'check', '--config=DIR/two.yaml']],
    [['config', 'check', '--config=DIR/families.yaml']],
    [['config', 'check', '--config=DIR']],
    [['init', '--config=DIR/ten.yaml']],
    [['config', 'check', '--config=DIR/mismatch.yaml']],
    [['config', 'check', '--config=DIR/expired.yaml']],
    [['config', 'check', '--config=DIR/other.yaml']],
    [['init', '--private', '--slave-ips=server2,10.0.0.300,,10.0.0.2,10.0.0.2']],
    [['init', '--private', '--wait-slaves=soon', '--slave-ips=10.0.0.2,10.0.0.3']],
    [
      [
        'init',
        '--slave',
        '--private',
        '--advertise=10.0.0.1',
        '--wait-slaves=9',
        '--config=x.yaml',
      ],
    ],
    [['init', '--master=10.0.0.1']],
    [['init', '--wait=60']],
    [['init', '--slave', '--master=here']],
    [['init', '--slave', '--master=127.0.0.1']],
    [['init', '--slave', '--wait=long']],
    [['init', '--slave', '--join-secret-file=DIR/open']],
    [['init', '--slave', '--join-secret-file=DIR/none']],
    [['restart', 'apache']],
    [['logs']],
    [['logs', 'apache']],
    [['logs', 'nginx', '--tail=many']],
    [['leave', '--no-input']],
    [['leave', '--no-input', '--json']],
    [['status', '--nonsense', '--json']],
    [['help', 'nonsense']],
    [['help', 'config', 'chekc']],
    [['--slave-ips=10.0.0.2', '--wait=60', 'leave', '--yes', '--dry-run']],
    [['--dry-run', '--private', 'config', 'show']],
    [['--json', 'krillc', 'list']],
  ])('%j', async (argv) => {
    expect(await said(argv)).toMatchSnapshot();
  });
});

describe('whoever is not root is told so, but first what is wrong with the question', () => {
  test.each([
    [['init', '--private', '--slave-ips=10.0.0.2,10.0.0.3']],
    [['init', '--slave=2']],
    [['init', '--wait=60']],
    [['init', '--slave', '--master=here']],
    [['init', '--wait-slaves=soon']],
    [['logs', 'apache']],
    [['logs', 'nginx']],
    [['restart', 'apache']],
    [['stop']],
    [['leave', '--no-input']],
    [['accept', '--no-input']],
    [['krillc', 'list']],
  ])('%j', async (argv) => {
    const uid = jest.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(await said(argv)).toMatchSnapshot();
    uid.mockRestore();
  });
});
