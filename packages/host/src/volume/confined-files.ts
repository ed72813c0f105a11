import { constants } from 'node:fs';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import type { FileAccess, VolumeFiles } from '@krillmanager/core';
import { orWhenMissing } from '../files/error-code.ts';
import { readText } from '../files/read-text.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { below, enter, partsOf } from './confined.ts';

/**
 * Files below a root, by relative path. Nothing is reached through a symbolic link; no descriptor
 * stays open, so that the root can be unmounted between two calls.
 */
export const confinedFiles = (root: string): VolumeFiles => ({
  read: (path) => orWhenMissing(null, read(root, path)),
  write: (path, content, access) => write(root, path, content, access),
  directory: (path, access) => directory(root, path, access),
  list: async (path) => (await orWhenMissing([], list(root, path))).toSorted(),
  remove: (path) => orWhenMissing(undefined, remove(root, path)),
  rename: (path, name) => give(root, path, name),
});

function split(path: string): { parents: readonly string[]; name: string } {
  const parts = partsOf(path);
  const name = parts.at(-1);
  if (name === undefined) throw new Error('the root of the volume is no file');
  return { parents: parts.slice(0, -1), name };
}

async function read(root: string, path: string): Promise<string> {
  const { parents, name } = split(path);
  await using parent = await enter(root, parents, 'fail');
  return await readText(below(parent, name), constants.O_RDONLY | constants.O_NOFOLLOW);
}

async function write(root: string, path: string, content: string, access: FileAccess) {
  const { parents, name } = split(path);
  await using parent = await enter(root, parents, 'make');
  await writeAtomically(below(parent, name), content, access);
}

async function directory(root: string, path: string, { mode, uid, gid }: FileAccess) {
  await using made = await enter(root, partsOf(path), 'make');
  await made.chown(uid, gid);
  await made.chmod(mode);
  await made.sync();
}

async function list(root: string, path: string): Promise<string[]> {
  await using opened = await enter(root, partsOf(path), 'fail');
  return await readdir(below(opened, '.'));
}

async function give(root: string, path: string, wanted: string): Promise<void> {
  const { parents, name } = split(path);
  if (partsOf(wanted).length !== 1) throw new Error(`"${wanted}" is not a name`);
  await using parent = await enter(root, parents, 'fail');
  const taken = await orWhenMissing(null, lstat(below(parent, wanted)));
  if (taken !== null) throw new Error(`"${wanted}" is there already`);
  await rename(below(parent, name), below(parent, wanted));
  await parent.sync();
}

async function remove(root: string, path: string): Promise<void> {
  const { parents, name } = split(path);
  await using parent = await enter(root, parents, 'fail');
  await rm(below(parent, name), { recursive: true, force: true });
  await parent.sync();
}
