import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  statSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectories, replaceSymlink, syncDirectory, syncFileSystem } from './durable.ts';
import { KrillsyncError } from './krillsync-error.ts';
import type { Notification } from './notification.ts';
import { type StagedFile, scanSnapshot } from './rrdp-directory.ts';
import type { Version } from './rrdp-root.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import type { KnownTree, State } from './state.ts';
import { countFiles, sealTree, treeWriter } from './tree-writer.ts';

/** Everything of ours in the rsync directory that is not finished, or no longer wanted. */
const temporaryPrefix = '.krillsync-';
const treePattern = /^session_[0-9a-f-]{36}_serial_[0-9]+(_r[0-9]+)?$/i;

/** Name of the tree that `current` points to, whether or not that exists. */
export function currentTree(dir: string): string | undefined {
  try {
    return readlinkSync(join(dir, 'current'));
  } catch {
    return undefined;
  }
}

/**
 * The tree's directory: the peer's name for it. A tree that has to be made again, because files of
 * it are missing, gets a suffix: the one that clients are reading is never written.
 */
const treeName = ({ session, serial }: Version, again: number): string =>
  `session_${session}_serial_${serial}${again === 0 ? '' : `_r${again}`}`;

export async function isTreeIntact(
  setup: Setup,
  rsync: RsyncSetup,
  name: string,
  snapshotHash: string,
  state: State,
): Promise<boolean> {
  const known = state.trees.get(name);
  if (known?.snapshot !== snapshotHash || known.includesHost !== rsync.includesHost) return false;
  const path = join(rsync.dir, name);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return false;
  return !setup.thorough || (await countFiles(path, setup.stop)) === known.objects;
}

export interface ReadyTree {
  readonly name: string;
  readonly tree: KnownTree;
}

/** Finds or makes a complete tree of the offered version, on disk but not yet `current`. */
export async function readyTree(
  setup: Setup,
  rsync: RsyncSetup,
  offered: Notification,
  staged: readonly StagedFile[],
  state: State,
): Promise<ReadyTree> {
  for (let again = 0; ; again += 1) {
    const name = treeName(offered, again);
    const known = state.trees.get(name);
    const isIntact = await isTreeIntact(setup, rsync, name, offered.snapshot.hash, state);
    if (known && isIntact) return { name, tree: known };
    if (existsSync(join(rsync.dir, name))) continue;
    return { name, tree: await buildTree(setup, rsync, offered, staged, name) };
  }
}

async function buildTree(
  setup: Setup,
  { dir, includesHost }: RsyncSetup,
  offered: Notification,
  staged: readonly StagedFile[],
  name: string,
): Promise<KnownTree> {
  await clearTemporary(dir);
  makeDirectories(dir);
  const temporary = join(dir, `${temporaryPrefix}tree`);
  mkdirSync(temporary, { mode: 0o755 });
  await scanSnapshot(setup, offered, staged, treeWriter(temporary, includesHost));
  const objects = await sealTree(temporary, setup.stop);
  await syncFileSystem(temporary);
  renameSync(temporary, join(dir, name));
  syncDirectory(dir);
  return { snapshot: offered.snapshot.hash, includesHost, objects };
}

/** rsyncd resolves the link when a client connects, so a switch does not touch those connected. */
export function switchTree(dir: string, name: string): void {
  if (currentTree(dir) === name) return;
  const path = join(dir, 'current');
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new KrillsyncError('local', `${path} is a directory; move it away, a link belongs there`);
  }
  // Relative: the servers see this directory under another path than we do.
  replaceSymlink(path, join(dir, `${temporaryPrefix}current`), name);
}

export async function clearTemporary(dir: string): Promise<void> {
  for (const name of namesIn(dir)) {
    if (name.startsWith(temporaryPrefix)) await rm(join(dir, name), { recursive: true });
  }
}

/** Under another name first: what is half removed must not pass for a tree. */
export async function removeTree(dir: string, name: string): Promise<void> {
  const temporary = join(dir, `${temporaryPrefix}gone`);
  await rm(temporary, { recursive: true, force: true });
  renameSync(join(dir, name), temporary);
  await rm(temporary, { recursive: true });
}

export const treesIn = (dir: string): readonly string[] =>
  namesIn(dir).filter((name) => treePattern.test(name));

const namesIn = (dir: string): readonly string[] => (existsSync(dir) ? readdirSync(dir) : []);
