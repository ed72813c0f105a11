import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import type { Source } from './source.ts';
import { type NodeOnDisk, namesBelow } from './testing/node-on-disk.ts';
import { byPath, byUri, Scene } from './testing/scene.ts';
import { update } from './update.ts';

const uri = (name: string): string => `rsync://repo.example.net/repo/${name}`;

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(() => {
  scene = new Scene();
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  repository.publish(uri('ca1/a.roa'), 'a1').publish(uri('ca1/0/b.cer'), 'b1');
  repository.publish(uri('top.mft'), '').commit();
});

afterEach(() => scene.remove());

const sourceFile = (name = 'notification.xml'): Buffer => readFileSync(join(scene.sourceDir, name));

function expectServed(where: NodeOnDisk = node): void {
  expect(where.notification()).toMatchObject({
    session: repository.session,
    serial: repository.serial,
  });
  expect(where.rrdpView()).toEqual(byUri(repository.objects));
  expect(where.rsyncView()).toEqual(byPath(repository.objects));
}

describe('an update', () => {
  test('serves the first state', async () => {
    const result = await node.update();
    expect(result).toMatchObject({ result: 'updated', serial: 1, objects: 3, deltas: 0 });
    expectServed();
    const tree = `session_${repository.session}_serial_1`;
    expect(readlinkSync(join(node.rsyncDir, 'current'))).toBe(tree);
    expect(namesBelow(node.root).filter((name) => name.includes('.krillsync'))).toEqual([]);
  });

  test('serves the next serial, its deltas too, and keeps what clients may still fetch', async () => {
    await node.update();
    const [oldSnapshot = ''] = repository.paths;
    repository.publish(uri('ca1/a.roa'), 'a2').withdraw(uri('top.mft')).commit();
    expect(await node.update()).toMatchObject({ result: 'updated', serial: 2, deltas: 1 });
    expectServed();
    expect(existsSync(join(node.rrdpDir, oldSnapshot))).toBe(true);
    expect(existsSync(join(node.rsyncDir, `session_${repository.session}_serial_1`))).toBe(true);
  });

  test('leaves every file byte for byte as it is at the source', async () => {
    repository.publish(uri('c.roa'), 'c').commit();
    await node.update();
    for (const name of ['notification.xml', ...repository.paths]) {
      expect(readFileSync(join(node.rrdpDir, name))).toEqual(sourceFile(name));
    }
  });

  test('does nothing for the serial that is served', async () => {
    await node.update();
    const before = namesBelow(node.root);
    const { ino, mtimeMs } = statSync(join(node.rrdpDir, 'notification.xml'));
    expect(await node.update()).toMatchObject({ result: 'unchanged', serial: 1, objects: 3 });
    expect(namesBelow(node.root)).toEqual(before);
    expect(statSync(join(node.rrdpDir, 'notification.xml'))).toMatchObject({ ino, mtimeMs });
  });

  test('follows a new session', async () => {
    await node.update();
    repository.publish(uri('d.roa'), 'd').resetSession().commit();
    await node.update();
    expectServed();
  });

  test('refuses a serial that goes backwards, naming both, and serves on', async () => {
    const [first = ''] = repository.paths;
    const old = { notification: repository.notification(), snapshot: sourceFile(first) };
    repository.publish(uri('d.roa'), 'd').commit();
    await node.update();
    repository.writeNotification(old.notification);
    mkdirSync(join(scene.sourceDir, first, '..'), { recursive: true });
    writeFileSync(join(scene.sourceDir, first), old.snapshot);
    await expect(node.update()).rejects.toThrow(/from serial 2 to 1 in session/);
    expectServed();
  });

  test('serves an empty repository', async () => {
    const empty = new RrdpRepository({ dir: scene.sourceDir }).commit();
    await node.update();
    expect(node.rsyncView().size).toBe(0);
    expect(node.notification().session).toBe(empty.session);
    expect(statSync(join(node.rsyncDir, 'current/')).isDirectory()).toBe(true);
  });

  test('offers only the newest deltas when told so', async () => {
    for (const n of [1, 2, 3, 4]) repository.publish(uri('n.roa'), String(n)).commit();
    await node.update({ maxDeltas: 2 });
    expect(node.notification().deltas.map(({ serial }) => serial)).toEqual([5, 4]);
    expectServed();
    expect(await node.update({ maxDeltas: 2 })).toMatchObject({ result: 'unchanged' });
  });

  test('writes no tree when rsync is off', async () => {
    const { rsync: _, ...setup } = node.setup();
    expect(await update(setup)).toMatchObject({ result: 'updated', objects: null });
    expect(existsSync(node.rsyncDir)).toBe(false);
    expect(await update(setup)).toMatchObject({ result: 'unchanged' });
  });

  test('keeps host and module in the paths when told so, and makes a new tree for that', async () => {
    await node.update();
    repository.publish('rsync://Other.example.net/mod/a.roa', 'x').commit();
    const rsync = { dir: node.rsyncDir, includesHost: true };
    await node.update({ rsync });
    const paths = [...node.rsyncView().keys()].toSorted();
    expect(paths).toContain('other.example.net/mod/a.roa');
    expect(paths).toContain('repo.example.net/repo/ca1/0/b.cer');
    await node.update();
    expectServed();
  });
});

describe('times and modes', () => {
  test('are the same on a node that saw every serial and on one that saw the last', async () => {
    const late = scene.node('late');
    repository.touch(1_700_000_000.25);
    await node.update();
    repository.publish(uri('e.roa'), 'e').commit().touch(1_700_000_100.75);
    await node.update();
    await late.update();
    expect(late.times()).toEqual(node.times());
    for (const name of ['notification.xml', ...repository.paths]) {
      expect(statSync(join(node.rrdpDir, name)).mtimeMs).toBe(1_700_000_100_000);
      expect(statSync(join(late.rrdpDir, name)).mtimeMs).toBe(1_700_000_100_000);
    }
  });

  test('unchanged objects keep theirs, directories have a constant one', async () => {
    await node.update();
    const before = node.times();
    repository.publish(uri('e.roa'), 'e').commit();
    await node.update();
    for (const [path, time] of before) expect(node.times().get(path)).toBe(time);
    expect(node.times().get('ca1')).toBe(0);
  });

  test("the notification's grows by a second at least, whatever the source's does", async () => {
    repository.touch(1_700_000_000.2);
    await node.update();
    const times: number[] = [];
    for (const source of [1_700_000_000.4, 1_600_000_000, 1_700_000_050]) {
      repository.publish(uri('e.roa'), String(source)).commit().touch(source);
      await node.update();
      times.push(statSync(join(node.rrdpDir, 'notification.xml')).mtimeMs / 1000);
    }
    expect(times).toEqual([1_700_000_001, 1_700_000_002, 1_700_000_050]);
  });

  test('files are 644 and directories 755', async () => {
    repository.publish(uri('e.roa'), 'e').commit();
    for (const name of repository.paths) chmodSync(join(scene.sourceDir, name), 0o600);
    await node.update();
    for (const dir of [node.rrdpDir, node.rsyncDir]) {
      for (const name of namesBelow(dir)) {
        const found = lstatSync(join(dir, name));
        if (found.isSymbolicLink()) continue;
        expect([name, found.mode & 0o777]).toEqual([name, found.isDirectory() ? 0o755 : 0o644]);
      }
    }
  });
});

describe('what is missing of the served files', () => {
  const missing: readonly (readonly [string, () => string])[] = [
    ['the notification', () => join(node.rrdpDir, 'notification.xml')],
    ['the snapshot', () => join(node.rrdpDir, repository.paths[0] ?? '')],
    ['a delta', () => join(node.rrdpDir, repository.paths[1] ?? '')],
    ['an object', () => join(node.rsyncDir, 'current', 'ca1/a.roa')],
    ['the link', () => join(node.rsyncDir, 'current')],
    ['the state', () => join(node.root, 'state/state.json')],
  ];

  test.each(missing)('comes back: %s', async (_, path) => {
    repository.publish(uri('e.roa'), 'e').commit();
    await node.update();
    unlinkSync(path());
    expect(await node.update()).toMatchObject({ result: 'updated', serial: 2 });
    expectServed();
    expect(await node.update()).toMatchObject({ result: 'unchanged' });
  });

  test('a live tree is not written for that: another one is made and switched to', async () => {
    await node.update();
    const live = await realpath(join(node.rsyncDir, 'current'));
    unlinkSync(join(live, 'ca1/a.roa'));
    await node.update();
    expect(existsSync(join(live, 'ca1/a.roa'))).toBe(false);
    expect(readlinkSync(join(node.rsyncDir, 'current'))).toMatch(/_serial_1_r1$/);
  });

  test('a broken local notification or state is replaced', async () => {
    await node.update();
    writeFileSync(join(node.rrdpDir, 'notification.xml'), '<notifi');
    writeFileSync(join(node.root, 'state/state.json'), '{"format":1,"files":{"x":{"size":"y"}');
    await node.update();
    expectServed();
  });
});

test('a directory where the link belongs is not touched, and named', async () => {
  mkdirSync(join(node.rsyncDir, 'current'), { recursive: true });
  await expect(node.update()).rejects.toThrow(/rsync\/current is a directory; move it away/);
});

describe('left-overs of a run that was killed', () => {
  test('never stand in the way, and go', async () => {
    await node.update();
    for (const name of ['.krillsync-current', '.krillsync-tree', '.krillsync-gone']) {
      symlinkSync('nowhere', join(node.rsyncDir, name));
    }
    mkdirSync(join(node.rrdpDir, '.krillsync'));
    writeFileSync(join(node.rrdpDir, '.krillsync/0'), 'half');
    repository.publish(uri('e.roa'), 'e').commit();
    await node.update();
    expectServed();
    expect(namesBelow(node.root).filter((name) => name.includes('.krillsync'))).toEqual([]);
  });

  test('a tree that nobody recorded is not trusted, even one with the right name', async () => {
    const orphan = join(node.rsyncDir, `session_${repository.session}_serial_1`);
    mkdirSync(orphan, { recursive: true });
    writeFileSync(join(orphan, 'rubbish'), '');
    await node.update();
    expectServed();
  });
});

describe('cleaning', () => {
  const hour = 3600_000;
  let time = Date.now();
  const now = () => time;

  test('removes what nothing has named for the cleanup time, and nothing else', async () => {
    await node.update({ now });
    const [firstSnapshot = ''] = repository.paths;
    const firstTree = readlinkSync(join(node.rsyncDir, 'current'));
    writeFileSync(join(node.rrdpDir, 'index.html'), "the operator's");
    repository.publish(uri('e.roa'), 'e').commit();
    await node.update({ now });
    time += hour - 1000;
    await node.update({ now });
    expect(existsSync(join(node.rrdpDir, firstSnapshot))).toBe(true);
    expect(readdirSync(node.rsyncDir)).toContain(firstTree);
    time += 2000;
    await node.update({ now });
    expect(existsSync(join(node.rrdpDir, repository.session, '1'))).toBe(false);
    expect(readdirSync(node.rsyncDir)).not.toContain(firstTree);
    expect(existsSync(join(node.rrdpDir, 'index.html'))).toBe(true);
    expectServed();
  });

  test('finds files that no state tells of', async () => {
    const orphan = join(node.rrdpDir, '9df4b597-af9e-4dca-bdda-719cce2c4e28/7/snapshot.xml');
    mkdirSync(join(orphan, '..'), { recursive: true });
    writeFileSync(orphan, '');
    await node.update({ now });
    time += hour;
    await node.update({ now });
    expect(existsSync(join(orphan, '../..'))).toBe(false);
  });

  test('a clock that was set back does not keep them for ever', async () => {
    await node.update({ now });
    repository.publish(uri('e.roa'), 'e').commit();
    time += 100 * hour;
    await node.update({ now });
    time -= 100 * hour;
    await node.update({ now });
    time += hour;
    await node.update({ now });
    expect(readdirSync(node.rsyncDir)).toHaveLength(2);
  });

  test('at once never takes what is served', async () => {
    for (const n of [1, 2, 3]) {
      repository.publish(uri('n.roa'), String(n)).commit();
      await node.update({ cleanupAfterMs: 0 });
      expectServed();
      expect(readdirSync(node.rsyncDir)).toHaveLength(2);
    }
  });
});

describe('a source that moves on while it is read', () => {
  /** Lets `then` happen when the snapshot is about to be opened. */
  function onSnapshot(then: () => void): Source {
    const { source } = node.setup();
    return {
      stamp: source.stamp,
      open: (path) => {
        if (path.includes('snapshot')) then();
        return source.open(path);
      },
    };
  }

  test('is read again, and its newest state is served', async () => {
    let times = 0;
    const source = onSnapshot(() => {
      times += 1;
      if (times <= 2) repository.publish(uri('e.roa'), String(times)).commit();
    });
    expect(await node.update({ source })).toMatchObject({ serial: 3 });
    expectServed();
  });

  test('is an error when what its notification names stays away', async () => {
    await node.update();
    const before = byUri(repository.objects);
    repository.publish(uri('e.roa'), 'e').commit();
    rmSync(join(scene.sourceDir, repository.paths[0] ?? ''));
    await expect(node.update()).rejects.toThrow(/snapshot.xml.*ENOENT/);
    expect(node.rrdpView()).toEqual(before);
  });
});

describe('the order of a switch', () => {
  test('all files are in place at the barrier, and nothing is shown before it', async () => {
    await node.update();
    const before = byUri(repository.objects);
    repository.publish(uri('e.roa'), 'e').commit();
    let passed = false;
    const staged = async () => {
      for (const path of repository.paths) expect(existsSync(join(node.rrdpDir, path))).toBe(true);
      expect(node.rrdpView()).toEqual(before);
      expect(node.rsyncView().size).toBe(before.size);
      passed = true;
    };
    await node.update({ barrier: { staged } });
    expect(passed).toBe(true);
    expectServed();
  });

  test('a reader who follows the switches sees whole states only', async () => {
    const names = Array.from({ length: 20 }, (_, i) => uri(`ca${i % 4}/${i}.roa`));
    const publishAll = (text: string) => {
      for (const name of names) repository.publish(name, text);
      repository.commit();
    };
    publishAll('0');
    await node.update();
    let isOver = false;
    const seen = new Set<string>();
    const readRsync = async () => {
      const tree = await realpath(join(node.rsyncDir, 'current'));
      const dirs = ['ca0', 'ca1', 'ca2', 'ca3'];
      const files = dirs.map(async (dir) =>
        (await readdir(join(tree, dir))).map((f) => join(tree, dir, f)),
      );
      const numbered = (await Promise.all(files)).flat().filter((file) => /\/\d+\.roa$/.test(file));
      const contents = await Promise.all(numbered.map((file) => readFile(file, 'utf8')));
      expect(contents).toHaveLength(20);
      expect(new Set(contents).size).toBe(1);
      seen.add(contents[0] ?? '');
    };
    const reader = (async () => {
      while (!isOver) {
        await readRsync();
        node.rrdpView();
      }
    })();
    for (let serial = 1; serial <= 15; serial += 1) {
      publishAll(String(serial));
      await node.update({ thorough: false });
    }
    isOver = true;
    await reader;
    expect(seen.size).toBeGreaterThan(5);
  });
});

test('a file of the source that is a link out of it is refused, one within is not', async () => {
  const [snapshot = ''] = repository.paths;
  const path = join(scene.sourceDir, snapshot);
  const elsewhere = join(scene.root, 'elsewhere');
  renameSync(path, elsewhere);
  symlinkSync(elsewhere, path);
  await expect(node.update()).rejects.toThrow('link that leads out');
  unlinkSync(path);
  renameSync(elsewhere, join(scene.sourceDir, 'inside'));
  symlinkSync(join(scene.sourceDir, 'inside'), path);
  await node.update();
  expectServed();
});
