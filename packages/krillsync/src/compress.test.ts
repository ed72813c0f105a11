import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { Compressor, compressServed } from './compress.ts';
import { expectServes, publishFirst, uri } from './testing/first-publication.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { Scene } from './testing/scene.ts';

let scene: Scene;
let nodes: readonly NodeOnDisk[];
let repository: RrdpRepository;

beforeEach(() => {
  scene = new Scene();
  nodes = [scene.node('one'), scene.node('other')];
  repository = publishFirst(new RrdpRepository({ dir: scene.sourceDir }));
});
afterEach(() => scene.remove());

const copies = (node: NodeOnDisk): readonly string[] =>
  repository.paths.map((path) => join(node.rrdpDir, `${path}.gz`));
const both = async (act: (node: NodeOnDisk) => Promise<unknown>): Promise<void> => {
  for (const node of nodes) await act(node);
};

test('every snapshot and delta gets a copy: the same bytes and time on all nodes', async () => {
  repository.publish(uri('large.roa'), 'large '.repeat(10_000)).commit();
  await both((node) => node.update());
  await both((node) => compressServed(node.setup()));
  expect(repository.paths).toHaveLength(2);
  for (const [at, path] of repository.paths.entries()) {
    const [one = '', other = ''] = nodes.map((node) => copies(node)[at]);
    const served = join(nodes[0]?.rrdpDir ?? '', path);
    expect(gunzipSync(readFileSync(one))).toEqual(readFileSync(served));
    expect(readFileSync(other)).toEqual(readFileSync(one));
    expect(statSync(one).mtimeMs).toBe(statSync(served).mtimeMs);
    expect(statSync(one).mode & 0o777).toBe(0o644);
  }
  expectServes(nodes[0] as NodeOnDisk, repository);
});

test('what has a copy is not compressed again', async () => {
  const [node] = nodes as [NodeOnDisk];
  await node.update();
  expect(await compressServed(node.setup())).toMatchObject({ files: 1 });
  expect(await compressServed(node.setup())).toEqual({ files: 0, bytes: 0 });
});

test('a copy goes with its file, and not before, whatever is looked at', async () => {
  const [node] = nodes as [NodeOnDisk];
  let time = Date.now();
  const now = () => time;
  await node.update({ now });
  await compressServed(node.setup());
  const [copy = ''] = copies(node);
  repository.publish(uri('e.roa'), 'e').commit();
  await node.update({ now });
  time += 3599_000;
  await node.update({ now });
  expect(existsSync(copy)).toBe(true);
  time += 2000;
  await node.update({ now });
  expect(existsSync(copy)).toBe(false);
});

test('a file whose content changes loses its copy with the old content', async () => {
  const [node] = nodes as [NodeOnDisk];
  await node.update();
  await compressServed(node.setup());
  const [copy = ''] = copies(node);
  const other = repository.document('snapshot', [
    `<publish uri="${uri('other.roa')}">b3RoZXI=</publish>`,
  ]);
  repository.writeSnapshot(other);
  await node.update();
  expect(existsSync(copy) && gunzipSync(readFileSync(copy)).toString('latin1')).not.toBeTruthy();
  await compressServed(node.setup());
  expect(gunzipSync(readFileSync(copy)).toString('latin1')).toBe(other);
});

test('the daemon compresses what is new, and counts it', async () => {
  const [node] = nodes as [NodeOnDisk];
  const compressor = new Compressor(node.setup());
  await node.update();
  compressor.ask();
  await compressor.idle();
  repository.publish(uri('e.roa'), 'e').commit();
  await node.update();
  compressor.ask();
  compressor.ask();
  await compressor.idle();
  expect(compressor.counts.files).toBe(3);
  for (const copy of copies(node)) expect(existsSync(copy)).toBe(true);
});
