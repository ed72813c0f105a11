import { clean } from './clean.ts';
import { clearHeld } from './hold.ts';
import { makeRoom } from './make-room.ts';
import { shownTime } from './notification-time.ts';
import type { SourceOffer } from './read-offer.ts';
import { prepareNext, type ReadyTree } from './ready-tree.ts';
import type { Served } from './rrdp-directory.ts';
import { currentTree, currentVersion } from './rsync-directory.ts';
import type { Setup } from './setup.ts';
import { type State, writeState } from './state.ts';

export interface UpdateResult {
  readonly result: 'updated' | 'unchanged';
  readonly session: string;
  readonly serial: number;
  readonly because: string;
  readonly deltas: number;
  /** How the rsync tree was made; null when none was. */
  readonly tree: ReadyTree['from'] | null;
  /** What rsync clients get; behind `serial` for a while when switches are coalesced. */
  readonly rsyncSerial: number | null;
  /** Files of the rsync tree; null without one. */
  readonly objects: number | null;
  /** Bytes copied from the source, the notification not counted. */
  readonly bytes: number;
  /** From the beginning, when the notification was read, until clients saw the new state. */
  readonly milliseconds: number | null;
  /** Of room: why old trees and files went before their time, or would have to; else null. */
  readonly shortage: string | null;
}

/** What one update starts from. */
export interface Round {
  readonly served: Served | undefined;
  readonly offer: SourceOffer;
  readonly state: State;
  /** Before anything was left out. */
  readonly sourceOffer: SourceOffer;
  /** By performance.now(). */
  readonly began: number;
}

type Done = Pick<UpdateResult, 'result' | 'because' | 'bytes' | 'milliseconds'> & {
  tree?: ReadyTree['from'];
};

/** Everything is served; what remains is for later. */
export async function finish(setup: Setup, round: Round, done: Done): Promise<UpdateResult> {
  const { offer, sourceOffer, state } = round;
  const { session, serial, deltas } = offer.notification;
  const sourceDeltas = sourceOffer.notification.deltas.map(({ hash }) => hash);
  setup.barrier.shown?.({ session, serial, time: shownTime(setup) });
  await prepareNext(setup, offer.notification, state);
  const { state: cleaned, shortage = null } = await makeRoom(
    setup,
    await clean(setup, offer.notification, state, sourceDeltas),
  );
  writeState(setup.stateDir, cleaned);
  clearHeld(setup.stateDir);
  const tree = setup.rsync && cleaned.trees.get(currentTree(setup.rsync.dir) ?? '');
  const rsyncSerial = (setup.rsync && currentVersion(setup.rsync)?.serial) ?? null;
  return {
    ...done,
    session,
    serial,
    deltas: deltas.length,
    tree: done.tree ?? null,
    rsyncSerial,
    objects: tree?.objects ?? null,
    shortage,
  };
}
