import type { Notification } from './notification.ts';
import { isTreeIntact } from './ready-tree.ts';
import { filesOf, isPlaced } from './rrdp-directory.ts';
import { currentTree, currentVersion, switchDueAt } from './rsync-directory.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import type { State } from './state.ts';

/** Whether all that is offered is served, or may be served later. */
export async function isIntact(
  setup: Setup,
  offered: Notification,
  state: State,
): Promise<boolean> {
  const { rrdpDir, rsync } = setup;
  if (!filesOf(offered).every((file) => isPlaced(rrdpDir, file, state))) return false;
  if (!rsync) return true;
  const name = currentTree(rsync.dir);
  if (name === undefined) return false;
  if (isBehind(setup, offered)) return !isTreeDue(setup, rsync, offered);
  return isTreeIntact(setup, rsync, name, offered.snapshot.hash, state);
}

/** Whether `current` is whole but older than what is offered over RRDP. */
function isBehind({ rsync }: Setup, { session, serial }: Notification): boolean {
  const current = rsync && currentVersion(rsync);
  return current?.session === session && current.serial < serial;
}

/** Whether it is time for a tree of what is offered. */
export const isTreeDue = (setup: Setup, rsync: RsyncSetup, offered: Notification): boolean =>
  !isBehind(setup, offered) || setup.now() >= switchDueAt(setup, rsync);
