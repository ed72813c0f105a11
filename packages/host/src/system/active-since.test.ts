import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { rememberedSince } from './active-since.ts';

let links: string;
let asked: number;
let now: { ms: number; monotonicMs: number; activeMs: number };

beforeEach(async () => {
  links = await mkdtemp(join(tmpdir(), 'units-'));
  asked = 0;
  now = { ms: 1_000_000, monotonicMs: 60_000, activeMs: 50_000 };
});
afterEach(() => rm(links, { recursive: true }));

const since = () =>
  rememberedSince('a.mount', {
    links,
    activeSinceMicros: async () => {
      asked += 1;
      return now.activeMs * 1000;
    },
    monotonicMicros: () => now.monotonicMs * 1000,
    nowMs: () => now.ms,
  });
const started = (id: string) => symlink(id, join(links, 'invocation:a.mount'));
const ended = () => rm(join(links, 'invocation:a.mount'));

test('systemd is asked once a start', async () => {
  const look = since();
  await started('first');
  expect([await look(), await look()]).toEqual([990_000, 990_000]);
  expect(asked).toBe(1);
  await ended();
  await started('second');
  now.activeMs = 55_000;
  expect(await look()).toBe(995_000);
  expect(asked).toBe(2);
});

test('not active', async () => {
  now.activeMs = 0;
  expect(await since()()).toBe(0);
});

test('the clock that was ahead at boot is set: so is the time of the start', async () => {
  const look = since();
  await started('first');
  await look();
  now.ms -= 500_000;
  expect(await look()).toBe(490_000);
});
