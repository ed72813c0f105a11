import { statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import type { Setup } from './setup.ts';
import { expectServes } from './testing/first-publication.ts';
import { type NodeOnDisk, namesBelow } from './testing/node-on-disk.ts';
import { Scene } from './testing/scene.ts';
import { ThreadCrew } from './thread-crew.ts';

// Threads that run unbuilt take their time to start.
jest.setTimeout(60_000);

const uri = (n: number): string => `rsync://repo.example.net/repo/ca${n % 7}/${n % 3}/${n}.roa`;
const { signal } = new AbortController();
/** So that even the small trees here are divided. */
const limits = { count: 2, linkCount: 2, snapshotBytes: 1, treeObjects: 1, pieceBytes: 400 };

let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;
let said: string[];
let threads: Partial<Setup>;

beforeEach(() => {
  scene = new Scene();
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  for (let n = 0; n < 100; n += 1) repository.publish(uri(n), `object ${n}`);
  repository.commit();
  said = [];
  const say = (message: string) => said.push(message);
  const log = { error: say, warn: say, info: say, debug: say };
  threads = { crew: new ThreadCrew(signal, limits), log };
});
afterEach(() => scene.remove());

const inOneGo = () => said.filter((message) => message.startsWith('reading the snapshot again'));

describe('a tree that several threads make', () => {
  test('is the same, times too, as one that a single thread makes', async () => {
    await node.update(threads);
    expectServes(node, repository);
    const other = scene.node('other');
    await other.update();
    expect(node.times()).toEqual(other.times());
    expect(inOneGo()).toEqual([]);
  });

  test('follows by deltas, on links and on an old tree whose time is over', async () => {
    let time = Date.now();
    const update = () => node.update({ ...threads, now: () => time, cleanupAfterMs: 60_000 });
    await update();
    const { ino } = statSync(join(node.rsyncDir, 'current/'));
    for (let n = 0; n < 3; n += 1) {
      time += 50_000;
      repository
        .publish(uri(n), 'new')
        .publish(uri(200 + n), 'more')
        .withdraw(uri(50 + n))
        .commit();
      expect(await update()).toMatchObject({ tree: 'deltas' });
      expectServes(node, repository);
    }
    expect(statSync(join(node.rsyncDir, 'current/')).ino).toBe(ino);
    const other = scene.node('other');
    await other.update();
    expect(node.times()).toEqual(other.times());
  });

  test('is found to be wrong when the old tree lost a file', async () => {
    let time = Date.now();
    const update = () => node.update({ ...threads, now: () => time, cleanupAfterMs: 60_000 });
    await update();
    const first = namesBelow(node.rsyncDir).find((name) => /serial_1\/.*roa$/.test(name)) ?? '';
    repository.publish(uri(300), 'new').commit();
    await update();
    unlinkSync(join(node.rsyncDir, first));
    time += 70_000;
    repository.publish(uri(301), 'new').commit();
    expect(await update()).toMatchObject({ tree: 'deltas' });
    expectServes(node, repository);
  });

  test('is made although what looks like an element is a comment', async () => {
    const elements = [...repository.objects].map(
      ([name, bytes]) =>
        `<publish uri="${name}">${bytes.toString('base64')}</publish>\n<!-- ${'x'.repeat(500)} <publish -->`,
    );
    repository.writeSnapshot(repository.document('snapshot', elements));
    await node.update(threads);
    expectServes(node, repository);
    expect(inOneGo()).toHaveLength(1);
  });
});

const element = (name: string) => `<publish uri="rsync://h/m/${name}">QUJD</publish>`;
const many = Array.from({ length: 60 }, (_, n) => element(`ok/${n}.roa`));

test.each([
  ['the same URI twice', [...many, element('ok/3.roa')], 'has the place of another object'],
  ['a file where a directory is', [...many, element('ok')], 'has the place of another object'],
  ['a directory where a file is', [element('ok'), ...many], 'has the place of another object'],
  ['a path that leads out', [...many, element('../../evil.roa')], 'has the path segment'],
  [
    'something else than base64',
    [...many, '<publish uri="rsync://h/m/x">?</publish>'],
    'not base64',
  ],
  [
    'a withdrawal',
    [...many, `<withdraw uri="rsync://h/m/x" hash="${'0'.repeat(64)}"/>`],
    'unknown element',
  ],
  ['an end too early', [...many, '</snapshot>'], 'where it cannot stand'],
])('%s is refused as by a single thread, and nothing is left', async (_, elements, reason) => {
  await node.update(threads);
  repository.commit();
  repository.resetSession().commit();
  const snapshot = elements.join('\n');
  repository.writeSnapshot(repository.document('snapshot', [snapshot]));
  await expect(node.update(threads)).rejects.toThrow(reason);
  await expect(node.update()).rejects.toThrow(reason);
  expect(namesBelow(scene.root).filter((name) => /evil|\.krillsync/.test(name))).toEqual([]);
  expect(node.notification().session).not.toBe(repository.session);
});

test('a snapshot with another hash than promised leaves nothing', async () => {
  repository.writeNotification(repository.notification().replace(/hash="../, 'hash="00'));
  await expect(node.update(threads)).rejects.toThrow('the notification says');
  expect(namesBelow(node.root).filter((name) => /\.krillsync|roa$/.test(name))).toEqual([]);
});
