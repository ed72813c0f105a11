import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { soloCrew } from './crew.ts';
import { linkTree } from './link-tree.ts';
import { Scene } from './testing/scene.ts';

let scene: Scene;
const crew = soloCrew(new AbortController().signal);

beforeEach(() => {
  scene = new Scene();
  mkdirSync(join(scene.root, 'from/a/b'), { recursive: true });
  writeFileSync(join(scene.root, 'from/a/b/x.roa'), 'x');
  writeFileSync(join(scene.root, 'from/y.roa'), 'y');
  utimesSync(join(scene.root, 'from/y.roa'), 1000, 1000);
});
afterEach(() => scene.remove());

const at = (path: string) => join(scene.root, path);

test('a copy shares the files and has directories of its own', async () => {
  expect(await linkTree(at('from'), at('to'), crew)).toBe(2);
  expect(statSync(at('to/a/b/x.roa')).ino).toBe(statSync(at('from/a/b/x.roa')).ino);
  expect(statSync(at('to/a')).ino).not.toBe(statSync(at('from/a')).ino);
  for (const path of ['to', 'to/a', 'to/a/b']) expect(statSync(at(path)).mtimeMs).toBe(0);
});

test('files that cannot be linked are copied, with their times', async () => {
  // Only root can become another user, who may read the files but must not link them.
  const isRoot = process.getuid?.() === 0;
  chmodSync(scene.root, 0o755);
  mkdirSync(at('own'));
  if (isRoot) chownSync(at('own'), 65534, 65534);
  if (isRoot) process.seteuid?.(65534);
  try {
    expect(await linkTree(at('from'), at('own/to'), crew)).toBe(2);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
  expect(readFileSync(at('own/to/a/b/x.roa'), 'utf8')).toBe('x');
  expect(statSync(at('own/to/y.roa'))).toMatchObject({ mtimeMs: 1000_000 });
  const isProtected = readFileSync('/proc/sys/fs/protected_hardlinks', 'utf8').trim() === '1';
  const isCopy = statSync(at('own/to/y.roa')).ino !== statSync(at('from/y.roa')).ino;
  expect(isCopy).toBe(isRoot && isProtected);
});
