import { mkdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { DeltaApplier, DeltaMismatch } from './delta-applier.ts';
import { syncFileSystem } from './durable.ts';
import { messageOf } from './krillsync-error.ts';
import { linkTree } from './link-tree.ts';
import type { DeltaReference, Notification } from './notification.ts';
import { chainFrom } from './plan-update.ts';
import { countPublished, type StagedFile, scanDelta, scanSnapshot } from './rrdp-directory.ts';
import type { Version } from './rrdp-root.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import { countFiles, TreeWriter } from './tree-writer.ts';

/** A tree from which another version's can be made. */
export interface BaseTree {
  readonly version: Version;
  readonly path: string;
  readonly objects: number;
  /** Nobody reads it and nobody will: it may be changed itself, no copy is needed. */
  readonly isSpare: boolean;
  /** Made by this process a moment ago, so its files need not be counted. */
  readonly isFresh: boolean;
}

export interface TreeBuild {
  readonly offered: Notification;
  readonly staged: readonly StagedFile[];
  /** The best one first; none when only the snapshot is to be trusted. */
  readonly bases: readonly BaseTree[];
}

export interface BuiltTree {
  readonly objects: number;
  /** Objects that the base had and this one has not; undefined when nobody counted. */
  readonly removed: number | undefined;
  readonly from: 'deltas' | 'snapshot';
}

/**
 * Makes the tree of the offered version at `path`, where nothing is yet, and puts it on disk. With
 * deltas the cost is that of the change, so they are tried first; whatever does not fit leads to
 * the snapshot.
 */
export async function buildTree(
  setup: Setup,
  rsync: RsyncSetup,
  build: TreeBuild,
  path: string,
): Promise<BuiltTree> {
  for (const base of build.bases) {
    const built = await tryDeltas(setup, rsync, build, base, path);
    if (built) return { ...built, from: 'deltas' };
  }
  mkdirSync(path, { mode: 0o755 });
  const writer = new TreeWriter(path, rsync.includesHost);
  await scanSnapshot(setup, build.offered, build.staged, writer);
  const objects = await writer.seal(setup.stop);
  await syncFileSystem(path);
  return { objects, removed: undefined, from: 'snapshot' };
}

/** @returns what was done, or undefined when this way does not lead to the version. */
async function tryDeltas(
  setup: Setup,
  { includesHost }: RsyncSetup,
  build: TreeBuild,
  base: BaseTree,
  path: string,
): Promise<Omit<BuiltTree, 'from'> | undefined> {
  const chain = chainFrom(base.version, build.offered);
  if (!chain) return undefined;
  try {
    await occupy(base, path, setup.stop);
    const applier = new DeltaApplier(path, includesHost, base.objects);
    await applyChain(setup, build, chain, applier);
    await syncFileSystem(path);
    return { objects: applier.objects, removed: applier.removed };
  } catch (error) {
    if (!(error instanceof DeltaMismatch)) throw error;
    setup.log.warn(`no tree by deltas from serial ${base.version.serial}: ${messageOf(error)}`);
    await rm(path, { recursive: true, force: true });
    return undefined;
  }
}

/**
 * Deltas that leave something out fit as well as others, so the number of objects is compared with
 * that in the snapshot. Counting them there takes a fraction of reading them.
 */
async function applyChain(
  setup: Setup,
  { offered, staged }: TreeBuild,
  chain: readonly DeltaReference[],
  applier: DeltaApplier,
): Promise<void> {
  for (const delta of chain) await scanDelta(setup, offered, delta, staged, applier);
  applier.finish();
  const promised = await countPublished(setup, offered, staged);
  if (applier.objects === promised) return;
  throw new DeltaMismatch(
    `there are ${applier.objects} objects after delta ${offered.serial}, the snapshot has ${promised}`,
  );
}

/** Puts the base, or a copy of it, to `path`, having counted its files. */
async function occupy(base: BaseTree, path: string, stop: AbortSignal): Promise<void> {
  if (base.isSpare) renameSync(base.path, path);
  if (base.isFresh) return;
  const found = base.isSpare ? await countFiles(path, stop) : await linkTree(base.path, path, stop);
  if (found === base.objects) return;
  throw new DeltaMismatch(`${base.path} has ${found} files instead of ${base.objects}`);
}

/**
 * Makes a copy of the live tree at `path`, so that the next update has only its change to do: an
 * old tree brought forward if there is one, else links.
 */
export async function prepareTree(
  setup: Setup,
  rsync: RsyncSetup,
  offered: Notification,
  { live, spare, path }: { live: BaseTree; spare: BaseTree | undefined; path: string },
): Promise<BaseTree> {
  const build = { offered, staged: [], bases: [] };
  const built = spare && (await tryDeltas(setup, rsync, build, spare, path));
  if (built?.objects !== live.objects) {
    await rm(path, { recursive: true, force: true });
    await occupy(live, path, setup.stop);
  }
  return { ...live, path, isSpare: true, isFresh: true };
}
