import { existsSync, readdirSync, readlinkSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { NextTree } from './next-tree.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { byPath, byUri, Scene } from './testing/scene.ts';

const uri = (name: string): string => `rsync://repo.example.net/repo/${name}`;
const hour = 3600_000;

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(async () => {
  scene = new Scene();
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  repository.publish(uri('ca1/a.roa'), 'a1').publish(uri('ca1/0/b.cer'), 'b1');
  repository.publish(uri('top.mft'), '').commit();
  await node.update();
});

afterEach(() => scene.remove());

function expectServed(): void {
  expect(node.notification().serial).toBe(repository.serial);
  expect(node.rrdpView()).toEqual(byUri(repository.objects));
  expect(node.rsyncView()).toEqual(byPath(repository.objects));
}

const inode = (tree: string, name: string): number => statSync(join(node.rsyncDir, tree, name)).ino;

const tree = (serial: number): string => `session_${repository.session}_serial_${serial}`;

describe('the tree of the next serial', () => {
  test('shares all files but the changed ones, and leaves the old tree as it was', async () => {
    const before = node.rsyncView();
    const times = node.times();
    repository.publish(uri('ca1/a.roa'), 'a2').publish(uri('new/dir/c.roa'), 'c').commit();
    expect(await node.update()).toMatchObject({ tree: 'deltas', objects: 4 });
    expectServed();
    expect(inode(tree(2), 'top.mft')).toBe(inode(tree(1), 'top.mft'));
    expect(inode(tree(2), 'ca1/a.roa')).not.toBe(inode(tree(1), 'ca1/a.roa'));
    const old = scene.node('other');
    expect(old.rsyncDir).not.toBe(node.rsyncDir);
    for (const [path, time] of times) {
      expect(statSync(join(node.rsyncDir, tree(1), path)).mtimeMs).toBe(time);
    }
    expect(before.get('ca1/a.roa')).toBe('a1');
  });

  test('is the same, times and directories too, as one made of the snapshot', async () => {
    repository.publish(uri('ca1/a.roa'), 'a2').publish(uri('new/dir/c.roa'), 'c');
    repository.withdraw(uri('ca1/0/b.cer')).commit();
    repository.publish(uri('x/y/z.roa'), 'z').commit();
    repository.withdraw(uri('x/y/z.roa')).commit();
    await node.update();
    const fresh = scene.node('fresh');
    await fresh.update();
    expectServed();
    expect(node.times()).toEqual(fresh.times());
    expect(existsSync(join(node.rsyncDir, 'current/ca1/0'))).toBe(false);
  });

  test('is made of the snapshot after a gap', async () => {
    for (let n = 0; n < 12; n += 1) repository.publish(uri('n.roa'), String(n)).commit();
    expect(await node.update()).toMatchObject({ tree: 'snapshot' });
    expectServed();
  });

  test('is made of the snapshot when a delta changed that was served before', async () => {
    repository.publish(uri('n.roa'), '1').commit();
    await node.update();
    repository.writeDelta(repository.document('delta', ['<!-- -->']).replace('<!-- -->', ''));
    repository.publish(uri('n.roa'), '2').commit();
    const result = await node.update();
    expect(result).toMatchObject({ tree: 'snapshot' });
    expect(result.because).toContain('RFC 9697');
    expectServed();
  });

  test('is made of the snapshot when the live one lost a file', async () => {
    unlinkSync(join(node.rsyncDir, tree(1), 'top.mft'));
    repository.publish(uri('n.roa'), '1').commit();
    expect(await node.update({ thorough: false })).toMatchObject({ tree: 'snapshot' });
    expectServed();
  });

  test('is an old one that is no longer wanted, brought forward', async () => {
    let time = Date.now();
    const now = () => time;
    repository.publish(uri('n.roa'), '1').commit();
    await node.update({ now });
    repository.publish(uri('n.roa'), '2').withdraw(uri('top.mft')).commit();
    time += hour;
    const spare = inode(tree(1), '.');
    expect(await node.update({ now })).toMatchObject({ tree: 'deltas' });
    expect(inode('current', '.')).toBe(spare);
    expectServed();
  });
});

describe('a daemon', () => {
  test('has the next tree ready, and uses it', async () => {
    const next = new NextTree();
    await node.update({ next });
    const ready = next.tree?.path ?? '';
    expect(readdirSync(ready).toSorted()).toEqual(['ca1', 'top.mft']);
    const { ino } = statSync(ready);
    for (const text of ['1', '2', '3']) {
      repository.publish(uri('n.roa'), text).commit();
      const result = await node.update({ next, thorough: false, cleanupAfterMs: 0 });
      expect(result).toMatchObject({ tree: 'deltas' });
      expectServed();
    }
    expect(ino).toBeGreaterThan(0);
    expect(next.tree?.version.serial).toBe(4);
    await node.update();
    expect(readdirSync(node.rsyncDir).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('switches rsync at most once in a while, each tree one serial', async () => {
    let time = Date.now();
    const changes = {
      now: () => time,
      rsync: { dir: node.rsyncDir, includesHost: false, everyMs: 30_000 },
    };
    const one = byPath(repository.objects);
    repository.publish(uri('n.roa'), '2').commit();
    expect(await node.update(changes)).toMatchObject({ serial: 2, rsyncSerial: 1, tree: null });
    expect(node.rrdpView()).toEqual(byUri(repository.objects));
    expect(node.rsyncView()).toEqual(one);
    expect(await node.update(changes)).toMatchObject({ result: 'unchanged', rsyncSerial: 1 });
    repository.publish(uri('n.roa'), '3').commit();
    await node.update(changes);
    time += 31_000;
    expect(await node.update(changes)).toMatchObject({ rsyncSerial: 3, tree: 'deltas' });
    expectServed();
    expect(readlinkSync(join(node.rsyncDir, 'current'))).toBe(tree(3));
  });
});
