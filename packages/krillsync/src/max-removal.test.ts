import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { expectServes, publishTen } from './testing/first-publication.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { krillsync, placesOf, stateDirOf } from './testing/run-command.ts';
import { byUri, Scene } from './testing/scene.ts';

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

describe('--max-removal', () => {
  const remove = (count: number) => {
    for (const name of [...repository.objects.keys()].slice(0, count)) repository.withdraw(name);
  };

  test.each(['deltas', 'snapshot', 'no tree'])('holds what removes much (%s)', async (way) => {
    const options = ['--max-removal', '20', ...(way === 'no tree' ? ['--rsync-disable'] : [])];
    await run(...options);
    remove(2);
    repository.commit();
    expect(await run(...options)).toMatchObject({ code: 0 });
    const before = node.rrdpView();
    remove(3);
    if (way === 'snapshot') repository.resetSession();
    repository.commit();
    const held = await run(...options);
    expect(held.code).toBe(1);
    expect(held.err).toContain(`would remove 3 of 8 objects (more than 20 %)`);
    expect(node.rrdpView()).toEqual(before);
    if (way !== 'no tree') expect(readdirSync(node.rsyncDir)).toHaveLength(3);
    expect(await run(...options)).toMatchObject({ code: 1 });
    const asWord =
      way === 'snapshot' ? ['accept', '-s', stateDirOf(node)] : ['--accept', stateDirOf(node)];
    const accepted = await krillsync(...asWord);
    expect(accepted).toMatchObject({ code: 0, out: expect.stringContaining('accepted: session') });
    expect(await run(...options)).toMatchObject({ code: 0 });
    expect(node.rrdpView()).toEqual(byUri(repository.objects));
    expect(await run('--accept', stateDirOf(node))).toMatchObject({ code: 1 });
  });

  test('is off by itself', async () => {
    await run();
    remove(10);
    repository.commit();
    expect(await run()).toMatchObject({ code: 0 });
    expectServes(node, repository);
  });
});
