import { readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { expectServes, publishTen, uri } from './testing/first-publication.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { krillsync, placesOf, stateDirOf } from './testing/run-command.ts';
import { Scene } from './testing/scene.ts';

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(() => {
  scene = new Scene();
  node = scene.node();
  repository = publishTen(new RrdpRepository({ dir: scene.sourceDir }));
});

afterEach(() => scene.remove());

const run = (...more: readonly string[]) => krillsync(...placesOf(scene, node), ...more);

describe('what the peer left', () => {
  test('is taken over without a gap', async () => {
    await run();
    const tree = readdirSync(node.rsyncDir).find((name) => name.startsWith('session_'));
    unlinkSync(join(stateDirOf(node), 'state.json'));
    for (const name of ['rrdp-state.json', 'rsync-state.json']) {
      writeFileSync(join(stateDirOf(node), name), '{');
    }
    expect(await run()).toMatchObject({ code: 0 });
    expectServes(node, repository);
    expect(readdirSync(node.rsyncDir)).toContain(tree);
    repository.publish(uri('x.roa'), 'x').commit();
    expect(await run()).toMatchObject({ code: 0 });
    expectServes(node, repository);
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
  expectServes(node, repository);
});
