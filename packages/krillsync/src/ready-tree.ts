import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BegunTree, type TreeWish } from './begin-tree.ts';
import { type BuiltTree, buildTree } from './build-tree.ts';
import { countFiles } from './count-files.ts';
import { soloCrew } from './crew.ts';
import { syncDirectory } from './durable.ts';
import type { Notification } from './notification.ts';
import { prepareCopy } from './prepare-copy.ts';
import type { StagedFile } from './rrdp-directory.ts';
import { currentTree, treeName } from './rsync-directory.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import type { KnownTree, State } from './state.ts';

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
  // Another one than the one that is read may have been left because it had lost files.
  if (!setup.thorough && name === currentTree(rsync.dir)) return true;
  return (await countFiles(path, soloCrew(setup.stop))) === known.objects;
}

export interface ReadyTree {
  readonly name: string;
  readonly tree: KnownTree;
  /** How it was made; 'found' when it was there. */
  readonly from: BuiltTree['from'] | 'found';
}

/** A tree of the offered version that is there, or that is begun under a name of its own. */
export type TreeInWork =
  | { readonly ready: ReadyTree }
  | { readonly name: string; readonly begun: BegunTree };

/** Finds the tree of the offered version, or begins it. */
export async function findOrBegin(
  setup: Setup,
  rsync: RsyncSetup,
  wish: TreeWish,
): Promise<TreeInWork> {
  const { offered, state } = wish;
  for (let again = 0; ; again += 1) {
    const name = treeName(offered, again);
    const known = state.trees.get(name);
    const isIntact = await isTreeIntact(setup, rsync, name, offered.snapshot.hash, state);
    if (known && isIntact) {
      return { ready: { name, tree: known, from: 'found' } };
    }
    if (existsSync(join(rsync.dir, name))) continue;
    return { name, begun: await BegunTree.begin(setup, rsync, wish) };
  }
}

/** A complete tree of the offered version, on disk but not yet `current`. */
export async function readyTree(
  setup: Setup,
  rsync: RsyncSetup,
  inWork: TreeInWork,
  { offered, staged }: { offered: Notification; staged: readonly StagedFile[] },
): Promise<ReadyTree> {
  if ('ready' in inWork) return inWork.ready;
  const { name, begun } = inWork;
  const { objects, from, ...built } = await buildTree(setup, rsync, {
    offered,
    staged,
    begun,
  });
  renameSync(begun.path, join(rsync.dir, name));
  syncDirectory(rsync.dir);
  const lineage = built.lineage ?? name;
  const { includesHost } = rsync;
  const tree = { snapshot: offered.snapshot.hash, includesHost, objects, lineage };
  return { name, tree, from };
}

/** Has a copy of the live tree ready for the next update, if somebody keeps one. */
export async function prepareNext(
  setup: Setup,
  offered: Notification,
  state: State,
): Promise<void> {
  const { rsync, next } = setup;
  if (!rsync || !next || next.tree) return;
  const copy = await prepareCopy(setup, rsync, offered, state);
  if (copy) next.put(copy);
}
