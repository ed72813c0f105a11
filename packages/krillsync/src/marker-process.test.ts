import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Log } from './log.ts';
import { MarkerProcess } from './marker-process.ts';
import { PeerBarrier } from './peer-barrier.ts';

const session = '6683bc19-26ec-41f4-9db4-d296686e8e08';
const warnings: string[] = [];
const log: Log = { error() {}, warn: (message) => warnings.push(message), info() {}, debug() {} };
const clock = {
  now: () => performance.now(),
  sleep: (ms: number, signal: AbortSignal) => sleep(Math.max(0, ms), undefined, { signal }),
};
const wait = { stop: new AbortController().signal, hasMoved: async () => false };

let dir: string;
let barriers: PeerBarrier[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'barrier-'));
  warnings.length = 0;
});

afterEach(() => {
  for (const barrier of barriers) barrier.close();
  barriers = [];
  rmSync(dir, { recursive: true, force: true });
});

function node(name: string, deadlineMs: number, argv?: readonly [string, ...string[]]) {
  const exchange = new MarkerProcess({ dir, log, ...(argv ? { argv } : {}) });
  const barrier = new PeerBarrier({ name, deadlineMs, exchange, clock, log });
  barriers.push(barrier);
  return barrier;
}

async function eventually(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !isSo(); await sleep(50)) {
    if (performance.now() > end) throw new Error('not in 30 s');
  }
}

test('three nodes in three processes show a version together', async () => {
  const nodes = ['a', 'b', 'c'].map((name) => node(name, 60_000));
  await eventually(() => nodes.every((node) => node.report().peers === 2));
  const shown: string[] = [];
  const staged = nodes.map((node, i) => async () => {
    shown.push(`${i} has it`);
    await node.staged({ session, serial: 1, time: 1000 + i }, wait).then((time) => {
      shown.push(`shown at ${time}`);
    });
  });
  const first = staged[0]?.();
  await sleep(300);
  const second = staged[1]?.();
  await sleep(300);
  await Promise.all([first, second, staged[2]?.()]);
  expect(shown).toEqual(['0 has it', '1 has it', '2 has it', ...Array(3).fill('shown at 1002')]);
  expect(nodes.map((node) => node.report().alone)).toEqual([0, 0, 0]);
}, 60_000);

test('a child that hangs from the start: the deadline holds, and closing waits for nobody', async () => {
  const only = node('a', 1000, ['/bin/sleep', '1000']);
  const began = performance.now();
  await only.staged({ session, serial: 1, time: 5 }, wait);
  expect(performance.now() - began).toBeGreaterThan(900);
  expect(only.report().alone).toBe(1);
}, 60_000);

test('a child that hangs later is left behind, and another one started', async () => {
  const script = `echo '{"markers":[]}'; echo >> ${dir}/starts; exec sleep 1000`;
  node('a', 1000, ['/bin/sh', '-c', script]);
  const starts = () => readFileSync(join(dir, 'starts'), 'utf8').length;
  await eventually(() => warnings.some((message) => message.includes('does not answer')));
  await eventually(() => starts() > 1);
}, 60_000);

test('a child that is killed in the middle of a report is replaced', async () => {
  const report = `'{"markers":[],"accepted":{"session":"s","serial":7}}'`;
  const once = `test -e ${dir}/killed || { : > ${dir}/killed; printf '{"mark'; kill -9 $$; }`;
  const argv = ['/bin/sh', '-c', `${once}; echo ${report}; exec sleep 1000`] as const;
  const exchange = new MarkerProcess({ dir, log, argv });
  await eventually(() => exchange.accepted?.serial === 7);
  exchange.close();
}, 60_000);

test('a directory that is not there is told of once', async () => {
  rmSync(dir, { recursive: true });
  const only = node('a', 500);
  await eventually(() => warnings.some((message) => message.includes('ENOENT')));
  await only.staged({ session, serial: 1, time: 5 }, wait);
  expect(warnings.filter((message) => message.includes('ENOENT'))).toHaveLength(1);
}, 60_000);
