import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type BaseTree, occupy } from './base-tree.ts';
import type { BegunTree } from './begin-tree.ts';
import { crewFor } from './crew.ts';
import { DeltaApplier, DeltaMismatch } from './delta-applier.ts';
import { syncFileSystem } from './durable.ts';
import { messageOf } from './krillsync-error.ts';
import type { DeltaReference, Notification } from './notification.ts';
import { chainFrom } from './plan-update.ts';
import {
  countPublished,
  type StagedFile,
  scanDelta,
  scanSnapshot,
  whereIs,
} from './rrdp-directory.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import { SnapshotTree } from './snapshot-tree.ts';
import { TreeWriter } from './tree-writer.ts';
import { sealTree } from './walk-tree.ts';

export interface TreeBuild {
  readonly offered: Notification;
  readonly staged: readonly StagedFile[];
  readonly begun: BegunTree;
}

export interface BuiltTree {
  readonly objects: number;
  readonly from: 'deltas' | 'snapshot';
  /** Of the base. */
  readonly lineage: string | undefined;
}

/**
 * Makes the tree of the offered version at the begun one's path and puts it on disk. With deltas the
 * cost is that of the change, so they are tried first; whatever does not fit leads to the snapshot.
 */
export async function buildTree(
  setup: Setup,
  rsync: RsyncSetup,
  build: TreeBuild,
): Promise<BuiltTree> {
  for (const base of await build.begun.bases()) {
    const built = await tryDeltas(setup, rsync, build, base);
    if (built) return built;
  }
  const objects = (await bySeveral(setup, rsync, build)) ?? (await inOneGo(setup, rsync, build));
  await syncFileSystem(build.begun.path);
  return { objects, from: 'snapshot', lineage: undefined };
}

/** @returns what was done, or undefined when this way does not lead to the version. */
async function tryDeltas(
  setup: Setup,
  { includesHost }: RsyncSetup,
  build: TreeBuild,
  base: BaseTree,
): Promise<BuiltTree | undefined> {
  const chain = chainFrom(base.version, build.offered);
  if (!chain) return undefined;
  const { path } = build.begun;
  try {
    await occupy(base, path, crewFor(setup, base.objects));
    const applier = new DeltaApplier(path, includesHost, base.objects);
    await applyChain(setup, build, chain, applier);
    await syncFileSystem(path);
    return { objects: applier.objects, from: 'deltas', lineage: base.lineage };
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

/** @returns the number of objects; undefined when the snapshot is small, or somehow not sound. */
async function bySeveral(
  setup: Setup,
  { includesHost }: RsyncSetup,
  { offered, staged, begun }: TreeBuild,
): Promise<number | undefined> {
  if (!setup.crew) return undefined;
  const { session, serial, snapshot } = offered;
  const file = whereIs(setup, snapshot, staged);
  const source = { file, what: snapshot.uri, promised: { session, serial } };
  try {
    const known = begun.snapshot;
    const tree = known ?? new SnapshotTree(setup.crew, { root: begun.path, includesHost }, source);
    if (!known) await tree.readAll(setup.stop);
    setup.progress?.show('writing the objects of the tree');
    return tree.isLarge ? await tree.finish(setup.stop) : undefined;
  } catch (error) {
    await setup.crew.dismiss();
    setup.stop.throwIfAborted();
    setup.log.debug(`reading the snapshot again, in one go: ${messageOf(error)}`);
    return undefined;
  }
}

/** Tells what is wrong with the snapshot, if something is. */
async function inOneGo(
  setup: Setup,
  { includesHost }: RsyncSetup,
  { offered, staged, begun: { path } }: TreeBuild,
): Promise<number> {
  await rm(path, { recursive: true, force: true });
  mkdirSync(path, { mode: 0o755 });
  const writer = new TreeWriter(path, includesHost);
  await scanSnapshot(setup, offered, staged, writer);
  await sealTree(path, setup.stop);
  return writer.objects;
}
