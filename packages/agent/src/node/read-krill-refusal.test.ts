import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readKrillRefusal } from './read-krill-refusal.ts';

const refusal = {
  because: 'the volume is away',
  todo: 'mount it',
  startOver: false,
  atMs: 100_000,
};
let directory: string;
const file = () => join(directory, 'refusal.json');
const read = (nowMs = 101_000) => readKrillRefusal(nowMs, directory);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'refusal-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('what the supervisor says is read while it says so', async () => {
  expect(await read()).toBe(null);
  await writeFile(file(), JSON.stringify(refusal));
  expect(await read()).toEqual(refusal);
  expect(await read(200_000)).toBe(null);
});

test.each([
  ['is cut off', '{"because":"x"'],
  ['has no time', JSON.stringify({ ...refusal, atMs: undefined })],
  ['has another shape', JSON.stringify({ ...refusal, todo: ['x'] })],
  ['is too long', JSON.stringify({ ...refusal, because: 'x'.repeat(5000) })],
])('what %s counts as nothing', async (_what, text) => {
  await writeFile(file(), text);
  expect(await read()).toBe(null);
});

test('nothing that it may put there leads elsewhere, hangs, or speaks to the terminal', async () => {
  const elsewhere = join(directory, 'elsewhere');
  await writeFile(elsewhere, JSON.stringify(refusal));
  await symlink(elsewhere, file());
  expect(await read()).toBe(null);
  await rm(file());
  execFileSync('sh', ['-c', 'mkfifo "$0"', file()]);
  expect(await read()).toBe(null);
  await rm(file());
  await writeFile(file(), JSON.stringify({ ...refusal, todo: 'a\u001b[2Jb' }));
  expect((await read())?.todo).toBe('a [2Jb');
});
