import {
  existsSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { expectServes, publishFirst, uri } from './testing/first-publication.ts';
import { type NodeOnDisk, namesBelow } from './testing/node-on-disk.ts';
import { Scene } from './testing/scene.ts';

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(() => {
  scene = new Scene();
  node = scene.node();
  repository = publishFirst(new RrdpRepository({ dir: scene.sourceDir }));
});

afterEach(() => scene.remove());

const expectServed = (where: NodeOnDisk = node): void => expectServes(where, repository);

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

  test('a tree that was left for that is not switched back to', async () => {
    repository.publish(uri('e.roa'), 'e').commit();
    // A delta that is never there, so that each update looks for it again.
    unlinkSync(join(repository.dir, repository.paths[1] ?? ''));
    await node.update();
    unlinkSync(join(node.rsyncDir, 'current', 'ca1/a.roa'));
    await node.update();
    await node.update({ thorough: false });
    expectServed();
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
