import { notificationTime, shownTime } from './notification-time.ts';
import { readOffer, type SourceOffer } from './read-offer.ts';
import type { ReadyTree } from './ready-tree.ts';
import {
  filesOf,
  placeFiles,
  type Served,
  type StagedFile,
  switchNotification,
} from './rrdp-directory.ts';
import type { Version } from './rrdp-root.ts';
import { switchTree } from './rsync-directory.ts';
import type { Setup } from './setup.ts';

interface Switch {
  readonly served: Served | undefined;
  readonly offer: SourceOffer;
}

/**
 * Files in place, then all nodes ready, then rsync, then the notification: last, always.
 *
 * @returns whether clients see something new.
 */
export async function switchOver(
  setup: Setup,
  { served, offer }: Switch,
  staged: readonly StagedFile[],
  ready: ReadyTree | undefined,
): Promise<boolean> {
  const isSame = served?.bytes.equals(offer.bytes) === true;
  const ours = isSame ? shownTime(setup) : notificationTime(setup, offer.notification, staged);
  // A source that uses a served file's path for other content would make clients see a wrong hash:
  // that file is replaced at the last moment, together with the notification.
  const inUse = new Set(served ? filesOf(served.notification).map(({ path }) => path) : []);
  placeFiles(
    setup.rrdpDir,
    staged.filter(({ path }) => !inUse.has(path)),
  );
  const time = await passBarrier(setup, offer, ours);
  const treeIsNew = setup.rsync && ready ? switchTree(setup.rsync.dir, ready.name) : false;
  placeFiles(
    setup.rrdpDir,
    staged.filter(({ path }) => inUse.has(path)),
  );
  if (isSame) return treeIsNew;
  switchNotification(setup, offer.bytes, time);
  return true;
}

const versionOf = ({ notification: { session, serial } }: SourceOffer): Version => ({
  session,
  serial,
});

function passBarrier(setup: Setup, offer: SourceOffer, time: number): Promise<number> {
  const hasMoved = async (): Promise<boolean> => {
    const { notification } = await readOffer(setup.source, setup.notification);
    const { session, serial } = offer.notification;
    return notification.session !== session || notification.serial !== serial;
  };
  return setup.barrier.staged({ ...versionOf(offer), time }, { stop: setup.stop, hasMoved });
}
