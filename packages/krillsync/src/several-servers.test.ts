import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { runKrillsync } from './command.ts';
import { expectServes, uri } from './testing/first-publication.ts';
import { type NodeOnDisk, notificationUri } from './testing/node-on-disk.ts';
import { Scene } from './testing/scene.ts';

const names = ['a', 'b', 'c'];
const silent = { write: () => true };

let scene: Scene;
let repository: RrdpRepository;
let barrierDir: string;
let servers: { node: NodeOnDisk; stop: AbortController; ended: Promise<number> }[];

function start(name: string) {
  const node = scene.node(name);
  const stop = new AbortController();
  const options = [
    ['--source-uri-base', scene.sourceDir],
    ['--state-dir', join(node.root, 'state')],
    ['--rrdp-dir', node.rrdpDir],
    ['--rsync-dir', node.rsyncDir],
    ['--barrier-dir', barrierDir],
    ['--barrier-name', name],
    ['--barrier-deadline', '60'],
    ['--max-removal', '20'],
    ['--max-removal-least', '10'],
    ['--rsync-interval', '0'],
  ];
  const argv = [notificationUri.text, ...options.flat(), '--watch', '-q', '-q'];
  const ended = runKrillsync(argv, { stdout: silent, stderr: silent, stop: stop.signal });
  return { node, stop, ended };
}

beforeEach(async () => {
  scene = new Scene();
  barrierDir = join(scene.root, 'barrier');
  mkdirSync(barrierDir);
  repository = new RrdpRepository({ dir: scene.sourceDir });
  for (let i = 0; i < 40; i += 1) repository.publish(uri(`ca/${i}.roa`), String(i));
  repository.commit();
  servers = names.map(start);
  await eventually(() => servers.every(({ node }) => shows(node)));
  await eventually(() => readdirSync(barrierDir).length === names.length);
}, 250_000);

afterEach(async () => {
  for (const { stop } of servers) stop.abort();
  await Promise.all(servers.map(({ ended }) => ended));
  scene.remove();
});

async function eventually(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 100_000; !isSo(); await sleep(20)) {
    if (performance.now() > end) throw new Error('not in 100 s');
  }
}

function shows(node: NodeOnDisk): boolean {
  try {
    const { session, serial } = node.notification();
    return session === repository.session && serial === repository.serial;
  } catch {
    return false;
  }
}

const times = (): readonly number[] =>
  servers.map(({ node }) => statSync(join(node.rrdpDir, 'notification.xml')).mtimeMs);

test('show every serial, with the same time, and each serial with a later one', async () => {
  const shown = [new Set(times())];
  for (let i = 0; i < 4; i += 1) {
    repository.publish(uri(`ca/new${i}.roa`), 'new').commit();
    await eventually(() => servers.every(({ node }) => shows(node)));
    shown.push(new Set(times()));
  }
  expect(shown.map(({ size }) => size)).toEqual([1, 1, 1, 1, 1]);
  const inOrder = shown.flatMap((times) => [...times]);
  expect(inOrder).toEqual([...new Set(inOrder)].toSorted((x, y) => x - y));
  for (const { node } of servers) expectServes(node, repository);
}, 250_000);

test('one that was away and missed serials gives the same time as the others', async () => {
  const [away] = servers;
  if (!away) throw new Error('no server');
  away.stop.abort();
  await away.ended;
  for (let i = 0; i < 3; i += 1) {
    repository.publish(uri(`ca/new${i}.roa`), 'new').commit();
    await eventually(() => servers.slice(1).every(({ node }) => shows(node)));
  }
  servers[0] = start('a');
  await eventually(() => servers.every(({ node }) => shows(node)));
  expect(new Set(times()).size).toBe(1);
}, 250_000);

test('hold a mass removal, all of them, and let it through together once it is accepted', async () => {
  const before = repository.serial;
  for (let i = 0; i < 20; i += 1) repository.withdraw(uri(`ca/${i}.roa`));
  repository.commit();
  const held = ({ node }: { node: NodeOnDisk }) => join(node.root, 'state', 'held.json');
  const isHeld = (server: { node: NodeOnDisk }): boolean => {
    try {
      return JSON.parse(readFileSync(held(server), 'utf8')).serial === repository.serial;
    } catch {
      return false;
    }
  };
  await eventually(() => servers.every(isHeld));
  for (const { node } of servers) expect(node.notification().serial).toBe(before);
  const [first] = servers;
  if (!first) throw new Error('no server');
  writeFileSync(join(barrierDir, 'accepted.json'), readFileSync(held(first)));
  await eventually(() => servers.every(({ node }) => shows(node)));
  for (const { node } of servers) expectServes(node, repository);
  // Cleared after it is shown.
  await eventually(() => !servers.some(isHeld));
}, 250_000);
