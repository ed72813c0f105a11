import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseIp, usualSettings } from '@krillmanager/core';
import { execa } from 'execa';
import { firewalldCommands } from './firewalld.ts';
import { ufwCommands } from './ufw.ts';

/** Debian's own programs, unpacked by scripts/bootstrap and never installed. */
const unpacked = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'krillmanager/firewalls/root',
);
const peers = ['10.0.0.2', 'fd55::3'].map(parseIp);
const wish = { ports: usualSettings.ports, gone: [parseIp('10.0.0.8')] };
let root: string;

beforeEach(() => {
  if (!existsSync(unpacked)) throw new Error(`no ${unpacked}: run scripts/bootstrap`);
  root = mkdtempSync(join(tmpdir(), 'firewall-'));
  cpSync(unpacked, root, { recursive: true });
  mkdirSync(join(root, 'zones'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const run = async (program: string, argv: readonly string[]) => {
  const env = { PYTHONPATH: join(root, 'usr/lib/python3/dist-packages') };
  const { exitCode, all } = await execa('/usr/bin/python3', [join(root, program), ...argv], {
    env,
    all: true,
    reject: false,
  });
  return { exitCode, said: all };
};

describe("ufw's own dry run takes every command", () => {
  const dryRun = (argv: readonly string[]) =>
    run('usr/sbin/ufw', [`--rootdir=${root}`, `--datadir=${root}`, '--dry-run', ...argv]);

  test.each([
    ['the world', 'world' as const],
    ['the other nodes', peers],
  ])(
    'that opens to %s',
    async (_whom, scope) => {
      for (const [, ...argv] of ufwCommands(scope, wish)) {
        expect({ argv, ...(await dryRun(argv)) }).toMatchObject({ argv, exitCode: 0 });
      }
    },
    120_000,
  );

  test('and refuses one that is wrong', async () => {
    expect(await dryRun(['allow', 'proto', 'tcp', 'from', 'nobody'])).toMatchObject({
      exitCode: 1,
      said: expect.stringContaining('Bad source address'),
    });
  });
});

describe('firewalld takes every change, once and again', () => {
  /** firewall-cmd has no dry run; its offline twin takes the same words and changes files that we give it. */
  const offline = (...argv: readonly string[]) =>
    run('usr/bin/firewall-offline-cmd', [
      `--system-config=${root}`,
      `--default-config=${join(root, 'usr/lib/firewalld')}`,
      ...argv,
    ]);
  const changes = (scope: Parameters<typeof firewalldCommands>[0]) =>
    firewalldCommands(scope, wish)
      .map((argv) => argv.at(-1) ?? '')
      .filter((change) => change !== '--reload');

  test('and its zone is open for the world, then for the other nodes only', async () => {
    const apply = async (all: readonly string[]) => {
      // It takes several changes at once, if they are of one kind.
      for (const alike of Map.groupBy(all, (change) => change.split('=')[0]).values()) {
        const done = await offline(...alike);
        expect({ alike, ...done }).toMatchObject({ alike, exitCode: 0 });
      }
      return (await offline('--list-all')).said;
    };
    expect(await apply(changes('world'))).toMatch(/ports: .*24007-24008\/tcp/);
    await apply(changes(peers));
    const narrowed = await apply(changes(peers));
    expect(narrowed).toMatch(/ports: .*873\/tcp/);
    expect(narrowed).not.toMatch(/ports: .*24007/);
    expect(narrowed).toContain(
      'rule family="ipv6" source address="fd55::3" port port="24007-24008" protocol="tcp" accept',
    );
  }, 120_000);
});
