import { lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Crew } from './crew.ts';
import { DeltaMismatch } from './delta-applier.ts';
import { linkTree } from './link-tree.ts';
import type { Version } from './rrdp-root.ts';
import { currentTree, versionOf } from './rsync-directory.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import type { State } from './state.ts';

/** A tree from which another version's can be made. */
export interface BaseTree {
  readonly version: Version;
  readonly path: string;
  readonly objects: number;
  readonly lineage: string | undefined;
  /** Made by this process for this use: it may be changed itself, no copy is needed. */
  readonly isReady: boolean;
}

export function liveTree(rsync: RsyncSetup, state: State): BaseTree | undefined {
  const name = currentTree(rsync.dir);
  return name === undefined ? undefined : baseTree(rsync, name, state);
}

/** The youngest of the old trees whose time is over: it lacks the fewest deltas. */
export function spareTree(setup: Setup, rsync: RsyncSetup, state: State): BaseTree | undefined {
  const current = currentTree(rsync.dir);
  const isOver = (since: number): boolean => setup.now() - since >= setup.cleanupAfterMs;
  const [youngest] = [...state.oldTrees]
    .filter(([name, since]) => name !== current && isOver(since))
    .toSorted(([, a], [, b]) => b - a);
  return youngest && baseTree(rsync, youngest[0], state);
}

function baseTree(rsync: RsyncSetup, name: string, state: State): BaseTree | undefined {
  const known = state.trees.get(name);
  const version = versionOf(name);
  const path = join(rsync.dir, name);
  if (!version || known?.includesHost !== rsync.includesHost) return undefined;
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const { objects, lineage } = known;
  return { version, path, objects, lineage, isReady: false };
}

/** Puts the base, or a copy of it whose files were counted, to `path`. */
export async function occupy(base: BaseTree, path: string, crew: Crew): Promise<void> {
  if (base.isReady) return renameSync(base.path, path);
  const found = await linkTree(base.path, path, crew);
  if (found === base.objects) return;
  throw new DeltaMismatch(`${base.path} has ${found} files instead of ${base.objects}`);
}
