import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import type { Setup } from './setup.ts';
import { expectServes } from './testing/first-publication.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { Scene } from './testing/scene.ts';

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;
let said: string[];

beforeEach(() => {
  scene = new Scene();
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir, keepDeltas: 1 });
  said = [];
});
afterEach(() => scene.remove());

/** Six serials, four minutes apart. @returns those whose trees are left, and whose snapshots are. */
async function publishSix(changes: Partial<Setup>) {
  const begin = Date.now();
  const say = (message: string) => said.push(message);
  const log = { error: say, warn: say, info() {}, debug() {} };
  const snapshots: string[] = [];
  let shortage: string | null = null;
  for (let n = 0; n < 6; n += 1) {
    repository.publish('rsync://h/m/x.roa', String(n)).commit();
    snapshots.push(repository.paths[0] ?? '');
    const now = () => begin + n * 4 * 60_000;
    ({ shortage } = await node.update({ now, log, ...changes }));
  }
  const serials = [1, 2, 3, 4, 5, 6];
  const trees = readdirSync(node.rsyncDir);
  return {
    trees: serials.filter((serial) => trees.some((name) => name.endsWith(`serial_${serial}`))),
    files: serials.filter((serial) => existsSync(join(node.rrdpDir, snapshots[serial - 1] ?? '-'))),
    shortage,
  };
}

describe('what nothing served names', () => {
  test.each<{
    budget: Partial<Setup>;
    trees: readonly number[];
    files: readonly number[];
    shortage: string | null;
  }>`
    budget              | trees                 | files                 | shortage
    ${{}}               | ${[1, 2, 3, 4, 5, 6]} | ${[1, 2, 3, 4, 5, 6]} | ${null}
    ${{ minFree: 0 }}   | ${[1, 2, 3, 4, 5, 6]} | ${[1, 2, 3, 4, 5, 6]} | ${null}
    ${{ maxTrees: 5 }}  | ${[2, 3, 4, 5, 6]}    | ${[1, 2, 3, 4, 5, 6]} | ${'more than 5 trees'}
    ${{ maxTrees: 2 }}  | ${[3, 4, 5, 6]}       | ${[1, 2, 3, 4, 5, 6]} | ${'more than 2 trees'}
    ${{ minFree: 100 }} | ${[3, 4, 5, 6]}       | ${[3, 4, 5, 6]}       | ${'less than 100 % of the bytes free'}
  `(
    'goes, the oldest first, if not younger than ten minutes: $budget',
    async ({ budget, ...left }) => {
      const { shortage, ...found } = await publishSix(budget);
      expect(found).toEqual({ trees: left.trees, files: left.files });
      expect(String(shortage)).toContain(String(left.shortage));
      expectServes(node, repository);
      expect(said.length > 0).toBe(left.shortage !== null);
    },
  );
});
