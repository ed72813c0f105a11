import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { expectServes, publishFirst, uri } from './testing/first-publication.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
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
