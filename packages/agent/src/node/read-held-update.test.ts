import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readHeldUpdate } from './read-held-update.ts';

const held = { session: 's', serial: 7, of: 100, removed: 40, points: ['rsync://a/b/c/'] };
let dir: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'held-'));
  file = join(dir, 'held.json');
});
afterEach(() => rmSync(dir, { recursive: true }));

test('what krillsync holds', async () => {
  writeFileSync(file, `${JSON.stringify(held)}\n`);
  expect(await readHeldUpdate(dir)).toEqual(held);
});

test.each<[string, () => void]>([
  ['no file', () => undefined],
  ['no JSON', () => writeFileSync(file, '{')],
  ['null', () => writeFileSync(file, 'null')],
  ['half of it', () => writeFileSync(file, JSON.stringify({ ...held, removed: '40' }))],
  ['points that are none', () => writeFileSync(file, JSON.stringify({ ...held, points: 'x' }))],
  ['a directory', () => mkdirSync(file)],
  ['too much', () => writeFileSync(file, JSON.stringify(held) + ' '.repeat(100_000))],
  [
    'a link elsewhere',
    () => {
      writeFileSync(join(dir, 'other'), JSON.stringify(held));
      symlinkSync(join(dir, 'other'), file);
    },
  ],
])('%s is nothing held', async (_what, make) => {
  make();
  expect(await readHeldUpdate(dir)).toBeNull();
});

test('nothing in it moves a terminal', async () => {
  writeFileSync(file, JSON.stringify({ ...held, points: ['rsync://a/\u001b[2J'] }));
  expect((await readHeldUpdate(dir))?.points).toEqual(['rsync://a/ [2J']);
});
