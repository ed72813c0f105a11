import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import type { Source } from './source.ts';
import { expectServes, publishFirst, uri } from './testing/first-publication.ts';
import { type NodeOnDisk, namesBelow } from './testing/node-on-disk.ts';
import { byUri, Scene } from './testing/scene.ts';
import { update } from './update.ts';

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(() => {
  scene = new Scene();
  node = scene.node();
  repository = publishFirst(new RrdpRepository({ dir: scene.sourceDir }));
});

afterEach(() => scene.remove());

const sourceFile = (name = 'notification.xml'): Buffer => readFileSync(join(scene.sourceDir, name));

const expectServed = (where: NodeOnDisk = node): void => expectServes(where, repository);

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
    const rsync = { dir: node.rsyncDir, includesHost: true, everyMs: 0 };
    await node.update({ rsync });
    const paths = [...node.rsyncView().keys()].toSorted();
    expect(paths).toContain('other.example.net/mod/a.roa');
    expect(paths).toContain('repo.example.net/repo/ca1/0/b.cer');
    await node.update();
    expectServed();
  });
});

describe('a source that moves on while it is read', () => {
  /** Lets `then` happen when the snapshot is about to be opened. */
  function onSnapshot(then: () => void): Source {
    const { source } = node.setup();
    return {
      name: source.name,
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
