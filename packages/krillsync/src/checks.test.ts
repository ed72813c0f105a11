import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { runKrillsync } from './command.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { byPath, byUri, Scene } from './testing/scene.ts';

const notification = 'https://rrdp.example.net/rrdp/notification.xml';
const uri = (name: string): string => `rsync://repo.example.net/repo/${name}`;

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(() => {
  scene = new Scene();
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  for (let n = 0; n < 10; n += 1) repository.publish(uri(`ca/${n}.roa`), String(n));
  repository.commit();
});

afterEach(() => scene.remove());

const stateDir = () => join(node.root, 'state');

function krillsync(...more: readonly string[]) {
  const places = ['-s', stateDir(), '--rrdp-dir', node.rrdpDir, '--rsync-dir', node.rsyncDir];
  return run(notification, '--source-uri-base', scene.sourceDir, ...places, ...more);
}

async function run(...argv: readonly string[]) {
  let out = '';
  let err = '';
  const code = await runKrillsync(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

function script(name: string, text: string): string {
  const path = join(scene.sourceDir, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

function expectServed(): void {
  expect(node.rrdpView()).toEqual(byUri(repository.objects));
  expect(node.rsyncView()).toEqual(byPath(repository.objects));
}

describe('--verify', () => {
  test('finds what is not right, and --repair makes it right', async () => {
    await krillsync();
    expect(await krillsync('--verify')).toEqual({ code: 0, out: '', err: '' });
    const [snapshot = ''] = repository.paths;
    writeFileSync(join(node.rrdpDir, snapshot), 'x'.repeat(100));
    const found = await krillsync('--verify');
    expect(found.code).toBe(1);
    expect(found.err).toContain(`${snapshot} has another hash than its notification says`);
    expect(await krillsync('--verify', '--repair')).toMatchObject({ code: 0 });
    const object = join(node.rsyncDir, 'current/ca/3.roa');
    unlinkSync(object);
    writeFileSync(object, 'y');
    const { code, out } = await krillsync('--verify', '--json');
    expect({ code, ...JSON.parse(out) }).toMatchObject({
      code: 1,
      result: 'not sound',
      faults: [expect.stringContaining('ca/3.roa is not what is published as rsync://')],
    });
    expect(await krillsync('--verify', '--repair')).toMatchObject({ code: 0 });
    expectServed();
  });

  test('says so when nothing is served', async () => {
    expect(await krillsync('--verify')).toMatchObject({ code: 1 });
  });

  test('may stand first, as a word', async () => {
    await krillsync();
    const places = ['--state-dir', stateDir(), '--rrdp-dir', node.rrdpDir];
    const given = [notification, '--source-uri-base', scene.sourceDir, '--rsync-disable'];
    expect(await run('verify', ...given, ...places)).toMatchObject({ code: 0 });
    writeFileSync(join(node.rrdpDir, repository.paths[0] ?? ''), 'x');
    expect(await run('verify', ...given, ...places)).toMatchObject({ code: 1 });
    expect(await run('verify', '--repair', ...given, ...places)).toMatchObject({ code: 0 });
  });
});

test('--dry-run tells and does nothing', async () => {
  expect(await krillsync('--dry-run')).toMatchObject({
    code: 0,
    out: 'update: nothing is served yet\n',
  });
  expect(existsSync(node.rrdpDir)).toBe(false);
  await krillsync();
  expect(await krillsync('--dry-run')).toMatchObject({ out: 'nothing: nothing new\n' });
  repository.publish(uri('x.roa'), 'x').commit();
  const { out } = await krillsync('--dry-run', '--json');
  expect(JSON.parse(out)).toMatchObject({ plan: 'update', serial: 2, files: 2 });
});

describe('--max-removal', () => {
  const remove = (count: number) => {
    for (const name of [...repository.objects.keys()].slice(0, count)) repository.withdraw(name);
  };

  test.each(['deltas', 'snapshot', 'no tree'])('holds what removes much (%s)', async (way) => {
    const options = ['--max-removal', '20', ...(way === 'no tree' ? ['--rsync-disable'] : [])];
    await krillsync(...options);
    remove(2);
    repository.commit();
    expect(await krillsync(...options)).toMatchObject({ code: 0 });
    const before = node.rrdpView();
    remove(3);
    if (way === 'snapshot') repository.resetSession();
    repository.commit();
    const held = await krillsync(...options);
    expect(held.code).toBe(1);
    expect(held.err).toContain(`would remove 3 of 8 objects (more than 20 %)`);
    expect(node.rrdpView()).toEqual(before);
    if (way !== 'no tree') expect(readdirSync(node.rsyncDir)).toHaveLength(3);
    expect(await krillsync(...options)).toMatchObject({ code: 1 });
    const asWord = way === 'snapshot' ? ['accept', '-s', stateDir()] : ['--accept', stateDir()];
    const accepted = await run(...asWord);
    expect(accepted).toMatchObject({ code: 0, out: expect.stringContaining('accepted: session') });
    expect(await krillsync(...options)).toMatchObject({ code: 0 });
    expect(node.rrdpView()).toEqual(byUri(repository.objects));
    expect(await krillsync('--accept', stateDir())).toMatchObject({ code: 1 });
  });

  test('is off by itself', async () => {
    await krillsync();
    remove(10);
    repository.commit();
    expect(await krillsync()).toMatchObject({ code: 0 });
    expectServed();
  });
});

describe('--pre-validate', () => {
  test('asks each script, with the new files, before anything is shown', async () => {
    const log = join(scene.sourceDir, 'log');
    const first = script(
      'first',
      `echo "$KRILLSYNC_SERIAL" "$(wc -l < "$1")" "$(ls "$2")" >> ${log}`,
    );
    const second = script(
      'second',
      'test "$KRILLSYNC_SERIAL" != 2 || { echo not this one >&2; exit 3; }',
    );
    const options = ['--pre-validate', first, '--pre-validate', second];
    expect(await krillsync(...options)).toMatchObject({ code: 0 });
    expect(await krillsync(...options)).toMatchObject({ code: 0 });
    expect(readFileSync(log, 'utf8')).toBe('1 12 ca\n');
    const before = node.rrdpView();
    repository.publish(uri('x.roa'), 'x').commit();
    const refused = await krillsync(...options);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/second refuses session .* serial 2: not this one/);
    expect(node.rrdpView()).toEqual(before);
    expect(readdirSync(node.rsyncDir)).toHaveLength(2);
    repository.publish(uri('y.roa'), 'y').commit();
    expect(await krillsync(...options)).toMatchObject({ code: 0 });
    expectServed();
  });

  test('refuses when a script cannot be run', async () => {
    expect(await krillsync('--pre-validate', '/nowhere')).toMatchObject({ code: 1 });
    expect(existsSync(join(node.rrdpDir, 'notification.xml'))).toBe(false);
  });
});

describe('--tal', () => {
  let path = process.env.PATH;
  beforeEach(() => {
    path = process.env.PATH;
  });
  afterEach(() => {
    process.env.PATH = path;
  });

  /** In place of the real one: says this on stderr, after a look at its arguments. */
  function rpkiClient(says: string): void {
    script(
      'rpki-client',
      `printf "%s " "$@" > ${scene.sourceDir}/args; cat >&2 <<'TEXT'\n${says}\nTEXT`,
    );
    process.env.PATH = `${scene.sourceDir}:${path}`;
  }

  function tal(): string {
    const file = join(scene.sourceDir, 'x.tal');
    writeFileSync(file, `https://nowhere.invalid/ta.cer\n${uri('ca/0.roa')}\n\nMIIB\n`);
    return file;
  }

  const ours = 'rpki-client: repo.example.net/repo/ca/1.roa: bad signature';
  const others = 'rpki-client: other.example.net/repo/ca/1.roa: missing';

  test('is silent about what others publish', async () => {
    rpkiClient(others);
    const { code, err } = await krillsync(
      '--tal',
      tal(),
      '--offline-validation',
      '--tal-reject-invalid',
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const args = readFileSync(join(scene.sourceDir, 'args'), 'utf8');
    expect(args).toMatch(/^-n -j -d \S+cache -t \S+x.tal \S+output/);
    expect(existsSync(join(stateDir(), '.validation'))).toBe(false);
  });

  test('warns of what is not valid, or refuses it', async () => {
    rpkiClient(`${ours}\n${others}`);
    const options = ['--tal', tal(), '--offline-validation'];
    const refused = await krillsync(...options, '--tal-reject-invalid');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(
      'serial 1 is not valid: repo.example.net/repo/ca/1.roa: bad signature',
    );
    const warned = await krillsync(...options);
    expect(warned).toMatchObject({ code: 0, err: expect.stringContaining('warn: session') });
    expectServed();
  });

  test('warns when the trust anchor cannot be had', async () => {
    rpkiClient('');
    const file = tal();
    writeFileSync(file, 'rsync://nowhere.invalid/ta/ta.cer\n\nMIIB\n');
    const { code, err } = await krillsync('--tal', file, '--offline-validation');
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('no certificate for') });
  });
});

describe('what the peer left', () => {
  test('is taken over without a gap', async () => {
    await krillsync();
    const tree = readdirSync(node.rsyncDir).find((name) => name.startsWith('session_'));
    unlinkSync(join(stateDir(), 'state.json'));
    for (const name of ['rrdp-state.json', 'rsync-state.json']) {
      writeFileSync(join(stateDir(), name), '{');
    }
    expect(await krillsync()).toMatchObject({ code: 0 });
    expectServed();
    expect(readdirSync(node.rsyncDir)).toContain(tree);
    repository.publish(uri('x.roa'), 'x').commit();
    expect(await krillsync()).toMatchObject({ code: 0 });
    expectServed();
  });
});

test('--max-trees removes the oldest ones, but none that is young', async () => {
  let time = Date.now();
  for (let n = 0; n < 6; n += 1) {
    repository.publish(uri('x.roa'), String(n)).commit();
    await node.update({ now: () => time, maxTrees: 3 });
    time += 4 * 60_000;
  }
  const trees = readdirSync(node.rsyncDir).filter((name) => name.startsWith('session_'));
  expect(trees.length).toBeGreaterThan(2);
  expect(trees.length).toBeLessThan(6);
  expectServed();
});
