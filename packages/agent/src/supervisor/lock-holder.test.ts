import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type HeldLock, tryLock } from './lock-holder.ts';
import { holdersOf } from './testing/holders-of.ts';

const wanted = new AbortController().signal;
let directory: string;
let file: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lock-'));
  file = join(directory, 'a');
});
afterEach(() => rm(directory, { recursive: true }));

async function take(): Promise<HeldLock> {
  const attempt = await tryLock(file, wanted);
  if (!attempt.held) throw new Error(attempt.said);
  return attempt;
}

test('a lock is had once, and again when it is given back', async () => {
  const lock = await take();
  expect(await tryLock(file, wanted)).toEqual({ held: false, why: 'taken', said: '' });
  await lock.release();
  await (await take()).release();
  expect(await holdersOf(file)).toEqual([]);
});

test('its end is told when the process that holds it dies', async () => {
  const lock = await take();
  const [pid] = await holdersOf(file);
  process.kill(pid ?? 0, 'SIGKILL');
  await lock.lost;
  await (await take()).release();
});

test('a file that cannot be reached is told from a lock that is taken', async () => {
  expect(await tryLock(join(directory, 'none', 'a'), wanted)).toEqual({
    held: false,
    why: 'unreachable',
    said: expect.stringContaining('No such file or directory'),
  });
});

test('an attempt that is given up holds nothing', async () => {
  const given = new AbortController();
  const attempt = tryLock(file, given.signal);
  given.abort();
  expect(await attempt).toMatchObject({ held: false, why: 'unreachable' });
  expect(await tryLock(file, given.signal)).toMatchObject({ held: false });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await holdersOf(file)).toEqual([]);
});

test('nobody else has our end of its input, which would keep it alive after us', async () => {
  const [one, other] = [await take(), await tryLock(join(directory, 'b'), wanted)];
  const inputs = await Promise.all(
    [file, join(directory, 'b')].map(async (name) => {
      const [pid] = await holdersOf(name);
      const fds = await readdir(`/proc/${pid}/fd`);
      return Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`)));
    }),
  );
  const [first = [], second = []] = inputs;
  const sockets = first.filter((target) => target.startsWith('socket:'));
  expect(sockets).toHaveLength(3);
  expect(second.filter((target) => sockets.includes(target))).toEqual([]);
  await Promise.all([one.release(), other.held && other.release()]);
});
