import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import type { Log } from './log.ts';
import { badUris, good, object } from './testing/bad-elements.ts';
import { expectServes } from './testing/first-publication.ts';
import { type NodeOnDisk, namesBelow } from './testing/node-on-disk.ts';
import { Scene } from './testing/scene.ts';

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;

beforeEach(async () => {
  scene = new Scene();
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  repository.publish(good, 'good').commit();
  await node.update();
});

afterEach(() => scene.remove());

describe('a delta', () => {
  /** Left out with a warning, nothing outside, the snapshot served; the next good serial accepted. */
  async function expectLeftOut(reason: string): Promise<void> {
    const warnings: string[] = [];
    const log: Log = { error() {}, warn: (text) => warnings.push(text), info() {}, debug() {} };
    expect(await node.update({ log })).toMatchObject({ result: 'updated', deltas: 0 });
    expect(warnings.join()).toContain(reason);
    expect(scene.names()).toEqual(['node', 'source']);
    expect(namesBelow(scene.root).filter((name) => name.includes('evil'))).toEqual([]);
    expectServes(node, repository);
    warnings.length = 0;
    expect(await node.update({ log })).toMatchObject({ result: 'unchanged' });
    repository.publish(good, 'better').commit();
    expect(await node.update({ log })).toMatchObject({ serial: 3, deltas: 1 });
    expect(warnings).toEqual([]);
    expectServes(node, repository);
  }

  const other = `rsync://repo.example.net/repo/other.roa`;
  const zeros = '0'.repeat(64);
  test.each([
    ...badUris.map((uri) => [JSON.stringify(uri), object(uri)] as const),
    ['"rsync://h/m/../evil.roa"', `<withdraw uri="rsync://h/m/../evil.roa" hash="${zeros}"/>`],
    ['unknown element <evil>', '<evil/>'],
    ['hash is not 64', `<withdraw uri="${good}" hash="12"/>`],
    ['"hash" is missing', `<withdraw uri="${good}"/>`],
    ['text in the withdrawal', `<withdraw uri="${good}" hash="${zeros}">QUJD</withdraw>`],
    ['is not base64', object(other, 'Q')],
  ])('that is not sound, %s, is left out', async (reason, element) => {
    repository.publish(good, 'other').commit();
    repository.writeDelta(repository.document('delta', [element]));
    await expectLeftOut(reason);
  });

  test('that has one object too many leads to the snapshot', async () => {
    repository.publish(good, 'other').commit();
    const delta = readFileSync(join(scene.sourceDir, repository.paths[1] ?? ''), 'latin1');
    repository.writeDelta(delta.replace('</delta>', `${object(other)}</delta>`));
    expect(await node.update()).toMatchObject({ result: 'updated', tree: 'snapshot' });
    expectServes(node, repository);
  });

  test('that is not there is left out', async () => {
    repository.publish(good, 'other').commit();
    const path = join(scene.sourceDir, repository.paths[1] ?? '');
    renameSync(path, `${path}.away`);
    expect(await node.update()).toMatchObject({ result: 'updated', deltas: 0 });
    expectServes(node, repository);
    renameSync(`${path}.away`, path);
    expect(await node.update()).toMatchObject({ result: 'updated', deltas: 1 });
  });

  test.each([
    ['replaces what is not there', `<publish uri="${other}" hash="${zeros}">QUJD</publish>`],
    ['replaces other content', `<publish uri="${good}" hash="${zeros}">QUJD</publish>`],
    ['publishes what is there', object(good)],
    ['withdraws what is not there', `<withdraw uri="${other}" hash="${zeros}"/>`],
    ['withdraws other content', `<withdraw uri="${good}" hash="${zeros}"/>`],
    ['leaves out two objects', ''],
    ['publishes below a file', object(`${good}/evil`)],
  ])('that fits not, for it %s, leads to the snapshot', async (_, element) => {
    repository
      .publish(good, 'other')
      .publish('rsync://repo.example.net/repo/new.roa', 'n')
      .commit();
    repository.writeDelta(repository.document('delta', [element]));
    expect(await node.update()).toMatchObject({ result: 'updated', tree: 'snapshot' });
    expectServes(node, repository);
  });
});
