import { join } from 'node:path';
import { requireAccepted } from './hold.ts';
import type { Notification } from './notification.ts';
import type { ReadyTree } from './ready-tree.ts';
import { removalOf } from './removal.ts';
import { type Served, type StagedFile, whereIs } from './rrdp-directory.ts';
import { removeTree } from './rsync-directory.ts';
import type { Setup } from './setup.ts';
import type { State } from './state.ts';

/** What is offered, with all its files. */
export interface Complete {
  readonly offered: Notification;
  readonly staged: readonly StagedFile[];
  readonly state: State;
}

/**
 * Asks whoever may refuse a new state: the share of objects that it removes, then the checks. A tree
 * that is refused goes at once: nothing would ever remember it.
 */
export async function passGates(
  setup: Setup,
  served: Served | undefined,
  { offered, staged }: Complete,
  ready: ReadyTree | undefined,
): Promise<void> {
  const { rsync, gates = [], maxRemoval } = setup;
  const snapshotPath = whereIs(setup, offered.snapshot, staged);
  const treePath = rsync && ready && join(rsync.dir, ready.name);
  try {
    if (maxRemoval !== undefined && served) {
      const before = served.notification;
      const removal = await removalOf(setup, before, offered, staged, maxRemoval);
      requireAccepted(setup, maxRemoval, [before, offered], removal);
    }
    if (staged.length === 0) return;
    const candidate = { notification: offered, staged, snapshotPath, treePath };
    for (const gate of gates) await gate(setup, candidate);
  } catch (error) {
    if (rsync && ready && ready.from !== 'found') await removeTree(rsync.dir, ready.name);
    throw error;
  }
}
