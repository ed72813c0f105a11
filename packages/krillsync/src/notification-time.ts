import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Notification } from './notification.ts';
import { type StagedFile, whereIs } from './rrdp-directory.ts';
import type { Setup } from './setup.ts';

const seconds = (path: string): number | undefined => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && Math.floor(found.mtimeMs / 1000);
};

/**
 * The time of a notification, for Last-Modified: in whole seconds, and later for every serial, since
 * a client whose second serial has the time of its first is told 304 and misses it.
 *
 * It follows from the times of the deltas that the notification names, which are the same on every
 * node: a serial has its delta's time, but at least a second more than the one before it. So a node
 * that missed serials comes to the same value as those that saw them all. Without deltas it is the
 * snapshot's time.
 */
export function notificationTime(
  setup: Setup,
  notification: Notification,
  staged: readonly StagedFile[],
): number {
  const { snapshot, deltas } = notification;
  const own = seconds(whereIs(setup, snapshot, staged)) ?? 0;
  const [oldest, ...younger] = deltas
    .toSorted((a, b) => a.serial - b.serial)
    .map((delta) => seconds(whereIs(setup, delta, staged)) ?? 0);
  const time = younger.reduce((before, mine) => Math.max(mine, before + 1), oldest ?? own);
  return Math.max(time, shownTime(setup) + 1);
}

/** Of the notification that clients get now; minus one without any. */
export const shownTime = ({ rrdpDir, notification }: Setup): number =>
  seconds(join(rrdpDir, notification.fileName)) ?? -1;
