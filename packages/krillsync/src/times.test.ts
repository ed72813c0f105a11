import { chmodSync, lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { publishFirst, uri } from './testing/first-publication.ts';
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
