import { existsSync, lstatSync, readdirSync, readlinkSync, renameSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BaseTree, type BuiltTree, buildTree, prepareTree } from './build-tree.ts';
import { makeDirectories, replaceSymlink, syncDirectory } from './durable.ts';
import { KrillsyncError, messageOf } from './krillsync-error.ts';
import type { Notification } from './notification.ts';
import type { StagedFile } from './rrdp-directory.ts';
import type { Version } from './rrdp-root.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import type { KnownTree, State } from './state.ts';
import { countFiles } from './tree-writer.ts';

/** Everything of ours in the rsync directory that is not finished, or no longer wanted. */
const temporaryPrefix = '.krillsync-';
const nextName = `${temporaryPrefix}next`;
const treePattern = /^session_([0-9a-f-]{36})_serial_([0-9]+)(?:_r[0-9]+)?$/i;

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
  /** How it was made; 'found' when it was there. */
  readonly from: BuiltTree['from'] | 'found';
  readonly removed: number | undefined;
}

/** What a tree is made for and from. */
export interface TreeWish {
  readonly offered: Notification;
  readonly staged: readonly StagedFile[];
  readonly state: State;
  readonly trustsDeltas: boolean;
}

/** Finds or makes a complete tree of the offered version, on disk but not yet `current`. */
export async function readyTree(
  setup: Setup,
  rsync: RsyncSetup,
  wish: TreeWish,
): Promise<ReadyTree> {
  const { offered, state } = wish;
  for (let again = 0; ; again += 1) {
    const name = treeName(offered, again);
    const known = state.trees.get(name);
    const isIntact = await isTreeIntact(setup, rsync, name, offered.snapshot.hash, state);
    if (known && isIntact) return { name, tree: known, from: 'found', removed: undefined };
    if (existsSync(join(rsync.dir, name))) continue;
    return makeTree(setup, rsync, wish, name);
  }
}

async function makeTree(
  setup: Setup,
  rsync: RsyncSetup,
  wish: TreeWish,
  name: string,
): Promise<ReadyTree> {
  const { dir, includesHost } = rsync;
  const { offered, staged } = wish;
  makeDirectories(dir);
  const bases = wish.trustsDeltas ? basesOf(setup, rsync, wish.state) : [];
  await clearTemporary(dir, bases[0]?.isFresh ? [nextName] : []);
  setup.next?.forget();
  const temporary = join(dir, `${temporaryPrefix}tree`);
  const built = await buildTree(setup, rsync, { offered, staged, bases }, temporary);
  renameSync(temporary, join(dir, name));
  syncDirectory(dir);
  const tree = { snapshot: offered.snapshot.hash, includesHost, objects: built.objects };
  return { name, tree, from: built.from, removed: built.removed };
}

/** The cheapest first: one made ready, one that would be removed anyway, the live one. */
function basesOf(setup: Setup, rsync: RsyncSetup, state: State): readonly BaseTree[] {
  const next = setup.next?.tree;
  const spare = spareTree(setup, rsync, state);
  const live = liveTree(rsync, state);
  return [next, spare, live].filter((tree) => tree !== undefined);
}

function liveTree(rsync: RsyncSetup, state: State): BaseTree | undefined {
  const name = currentTree(rsync.dir);
  return name === undefined ? undefined : baseTree(rsync, name, state);
}

/** The youngest of the old trees whose time is over: it lacks the fewest deltas. */
function spareTree(setup: Setup, rsync: RsyncSetup, state: State): BaseTree | undefined {
  const current = currentTree(rsync.dir);
  const [youngest] = [...state.oldTrees]
    .filter(([name, since]) => name !== current && isOver(setup, since))
    .toSorted(([, a], [, b]) => b - a);
  const tree = youngest && baseTree(rsync, youngest[0], state);
  return tree && { ...tree, isSpare: true };
}

const isOver = (setup: Setup, since: number): boolean =>
  setup.now() - since >= setup.cleanupAfterMs;

function baseTree(rsync: RsyncSetup, name: string, state: State): BaseTree | undefined {
  const known = state.trees.get(name);
  const version = versionOf(name);
  const path = join(rsync.dir, name);
  if (!version || known?.includesHost !== rsync.includesHost) return undefined;
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  return { version, path, objects: known.objects, isSpare: false, isFresh: false };
}

function versionOf(name: string): Version | undefined {
  const [, session, serial] = treePattern.exec(name) ?? [];
  if (session === undefined) return undefined;
  return { session: session.toLowerCase(), serial: Number(serial) };
}

/**
 * Has a copy of the live tree ready for the next update, if somebody keeps one. It is not needed, so
 * trouble with it is none of the update's.
 */
export async function prepareNext(
  setup: Setup,
  offered: Notification,
  state: State,
): Promise<void> {
  const { rsync, next } = setup;
  const live = rsync && liveTree(rsync, state);
  if (!rsync || !next || next.tree || !live) return;
  const path = join(rsync.dir, nextName);
  try {
    await rm(path, { recursive: true, force: true });
    const spare = spareTree(setup, rsync, state);
    next.put(await prepareTree(setup, rsync, offered, { live, spare, path }));
  } catch (error) {
    setup.log.warn(`no tree made ready for the next update: ${messageOf(error)}`);
    await rm(path, { recursive: true, force: true });
  }
}

/** When `current` may be switched again, in ms since 1970; its own time tells when it was last. */
export function switchDueAt(setup: Pick<Setup, 'now'>, { dir, everyMs }: RsyncSetup): number {
  const found = lstatSync(join(dir, 'current'), { throwIfNoEntry: false });
  if (!found?.isSymbolicLink() || found.mtimeMs > setup.now()) return 0;
  return found.mtimeMs + everyMs;
}

/** The version that rsync clients get now. */
export const currentVersion = ({ dir }: RsyncSetup): Version | undefined =>
  versionOf(currentTree(dir) ?? '');

/** rsyncd resolves the link when a client connects, so a switch does not touch those connected. @returns whether there was something to do. */
export function switchTree(dir: string, name: string): boolean {
  if (currentTree(dir) === name) return false;
  const path = join(dir, 'current');
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new KrillsyncError('local', `${path} is a directory; move it away, a link belongs there`);
  }
  // Relative: the servers see this directory under another path than we do.
  replaceSymlink(path, join(dir, `${temporaryPrefix}current`), name);
  return true;
}

export async function clearTemporary(dir: string, kept: readonly string[] = []): Promise<void> {
  for (const name of namesIn(dir)) {
    if (!name.startsWith(temporaryPrefix) || kept.includes(name)) continue;
    await rm(join(dir, name), { recursive: true, force: true });
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
