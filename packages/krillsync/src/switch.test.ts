import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import type { Barrier } from './barrier.ts';
import { expectServes, publishFirst, uri } from './testing/first-publication.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { byUri, Scene } from './testing/scene.ts';

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

describe('the order of a switch', () => {
  test('all files are in place at the barrier, and nothing is shown before it', async () => {
    await node.update();
    const before = byUri(repository.objects);
    repository.publish(uri('e.roa'), 'e').commit();
    let passed = false;
    const staged: Barrier['staged'] = async ({ time }) => {
      for (const path of repository.paths) expect(existsSync(join(node.rrdpDir, path))).toBe(true);
      expect(node.rrdpView()).toEqual(before);
      expect(node.rsyncView().size).toBe(before.size);
      passed = true;
      return time;
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
