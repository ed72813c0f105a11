import { randomBytes } from 'node:crypto';
import { statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { directorySource } from './directory-source.ts';
import {
  deltasMaxCount,
  directoriesFreeCount,
  notificationMaxBytes,
  objectMaxBytes,
  type SourceLimits,
} from './limits.ts';
import type { Log } from './log.ts';
import { good, object } from './testing/bad-elements.ts';
import { expectServes, uri } from './testing/first-publication.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
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

const inSnapshot = (...elements: readonly string[]) =>
  repository.writeSnapshot(repository.document('snapshot', elements));

const deep = (n: number) => object(`rsync://h/m/${n}${'/d'.repeat(50)}/x.roa`);

interface Row extends Record<string, unknown> {
  readonly what: string;
  readonly make: () => void;
  readonly limits?: Partial<SourceLimits>;
  readonly reason: string;
}

const rows: readonly Row[] = [
  {
    what: 'a notification of too many bytes',
    make: () => repository.writeNotification(' '.repeat(notificationMaxBytes + 1)),
    reason: `notification.xml is larger than ${notificationMaxBytes} bytes`,
  },
  {
    what: 'too many deltas',
    make: () => {
      const [delta = ''] = /<delta .*\/>/.exec(repository.notification()) ?? [];
      const deltas = delta.repeat(deltasMaxCount + 1);
      repository.writeNotification(repository.notification().replace(delta, deltas));
    },
    reason: `more than ${deltasMaxCount} deltas`,
  },
  {
    what: 'too many elements',
    make: () => inSnapshot(object(good), deep(1), deep(2)),
    limits: { elementsMaxCount: 2 },
    reason: 'snapshot.xml" has more than 2 elements',
  },
  {
    what: 'an object of too many bytes',
    make: () => inSnapshot(object(good, Buffer.alloc(objectMaxBytes + 1).toString('base64'))),
    reason: `"${good}" is larger than ${objectMaxBytes} bytes`,
  },
  {
    what: 'a file of too many bytes',
    make: () => inSnapshot(object(good)),
    limits: { fileMaxBytes: 200 },
    reason: 'snapshot.xml" is larger than 200 bytes',
  },
  {
    what: 'too many directories',
    make: () => inSnapshot(...Array.from({ length: 50 }, (_, n) => deep(n))),
    reason: 'x.roa" needs too many directories: 1122 for 22 objects',
  },
  {
    what: 'too little time',
    make: () => inSnapshot(object(good)),
    limits: { updateMaxMs: 0 },
    reason: 'took too long for one update',
  },
];

describe('what is refused', () => {
  test.each(rows)('$what', async ({ make, limits = {}, reason }) => {
    const served = { rrdp: node.rrdpView(), rsync: node.rsyncView() };
    repository.resetSession().publish(good, 'other').commit();
    repository.publish(good, 'another').commit();
    make();
    await expect(node.update({ limits })).rejects.toThrow(reason);
    expect({ rrdp: node.rrdpView(), rsync: node.rsyncView() }).toEqual(served);
    expect(scene.names()).toEqual(['node', 'source']);
    repository.publish(good, 'better').commit();
    await node.update();
    expectServes(node, repository);
  });
});

test('directories are not too many when each has an object or two', async () => {
  const count = directoriesFreeCount + 500;
  for (let n = 0; n < count; n += 1) repository.publish(uri(`ca${n}/0/${n}.mft`), String(n));
  repository.resetSession().commit();
  await node.update();
  expectServes(node, repository);
});

test('a source that never ends is given up in time, and a stop is told from that', async () => {
  const source = {
    ...directorySource(scene.sourceDir),
    open: async (path: string) => {
      const file = await directorySource(scene.sourceDir).open(path);
      const endless = async function* () {
        for (;;) yield Buffer.from(' ');
      };
      return path.includes('/') ? { ...file, chunks: endless } : file;
    },
  };
  repository.publish(good, 'other').commit();
  const limits = { updateMaxMs: 50 };
  await expect(node.update({ source, limits })).rejects.toThrow(`${scene.sourceDir} took too long`);
  const stop = AbortSignal.timeout(20);
  await expect(node.update({ source, stop })).rejects.toThrow('aborted due to timeout');
});

test('deltas that are together larger than the snapshot are left out, the oldest first', async () => {
  const warnings: string[] = [];
  const log: Log = { error() {}, warn: (text) => warnings.push(text), info() {}, debug() {} };
  const update = () => node.update({ log, limits: { deltasFreeBytes: 4500 } });
  for (let n = 0; n < 5; n += 1) repository.publish(good, randomBytes(1000)).commit();
  expect(await update()).toMatchObject({ serial: 6, deltas: 2 });
  expect(warnings).toEqual([
    expect.stringMatching(/delta 4 and those .* makes the deltas larger than 4500 bytes together/),
  ]);
  expectServes(node, repository);
  expect(await update()).toMatchObject({ result: 'unchanged' });
  repository.publish(good, randomBytes(1000)).commit();
  expect(await update()).toMatchObject({ serial: 7, deltas: 2 });
  expect(warnings).toHaveLength(2);
  expectServes(node, repository);
});

test('a time more than a day ahead tells nothing', async () => {
  repository.publish(good, 'other').commit();
  const times = (): readonly number[] =>
    repository.paths.map((path) => statSync(join(node.rrdpDir, path)).mtimeMs / 1000);
  const ahead = Math.floor(Date.now() / 1000) + 2 * 86_400;
  for (const path of repository.paths) utimesSync(join(scene.sourceDir, path), ahead, ahead);
  await node.update();
  expect(Math.max(...times())).toBeLessThan(ahead - 86_400);
  repository.publish(good, 'third').commit();
  const soon = ahead - 1.5 * 86_400;
  for (const path of repository.paths) utimesSync(join(scene.sourceDir, path), soon, soon);
  await node.update();
  expect(times()[0]).toBe(soon);
});
