import type { DeltaReference, Notification } from './notification.ts';
import type { Version } from './rrdp-root.ts';

export type UpdatePlan =
  | { readonly do: 'nothing' }
  | {
      readonly do: 'update';
      readonly because: string;
      /** Whether what we have may be brought forward by deltas, or only the snapshot counts. */
      readonly trustsDeltas: boolean;
    }
  | { readonly do: 'refuse'; readonly because: string };

/**
 * What has to be done to serve `offered` when `served` is what clients get now.
 *
 * Serials only grow within a session (RFC 8182, 3.3.1), so a smaller one is a source that was set
 * back; clients would never see its changes until it starts a new session. A delta whose hash is
 * not what it was (RFC 9697, 4) tells that the source's history was rewritten: only its snapshot
 * says what is true.
 */
export function planUpdate(served: Notification | undefined, offered: Notification): UpdatePlan {
  if (!served) return update('nothing is served yet', true);
  if (served.session !== offered.session) return update(`new session ${offered.session}`, false);
  if (offered.serial < served.serial) {
    const because = `the source went back from serial ${served.serial} to ${offered.serial} in session ${served.session}`;
    return { do: 'refuse', because };
  }
  const mutated = mutatedDelta(served, offered);
  if (mutated) return update(`the hash of delta ${mutated.serial} changed (RFC 9697)`, false);
  if (offered.serial > served.serial) {
    return update(`serial ${offered.serial} follows ${served.serial}`, true);
  }
  if (sameFiles(served, offered)) return { do: 'nothing' };
  const isSameState = served.snapshot.hash === offered.snapshot.hash;
  return update(`other files for serial ${offered.serial}`, isSameState);
}

const update = (because: string, trustsDeltas: boolean): UpdatePlan => ({
  do: 'update',
  because,
  trustsDeltas,
});

/**
 * The deltas, oldest first, that bring `from` to what is offered; undefined when the source does
 * not offer all of them (RFC 8182, 3.4.1).
 */
export function chainFrom(
  from: Version,
  offered: Pick<Notification, 'session' | 'serial' | 'deltas'>,
): readonly DeltaReference[] | undefined {
  const lacking = offered.serial - from.serial;
  if (from.session !== offered.session || lacking < 0) return undefined;
  return lacking > offered.deltas.length
    ? undefined
    : offered.deltas.slice(0, lacking).toReversed();
}

function mutatedDelta(served: Notification, offered: Notification): DeltaReference | undefined {
  const known = new Map(served.deltas.map(({ serial, hash }) => [serial, hash]));
  return offered.deltas.find(({ serial, hash }) => (known.get(serial) ?? hash) !== hash);
}

const sameFiles = (a: Notification, b: Notification): boolean =>
  filesOf(a).join() === filesOf(b).join();

const filesOf = ({ snapshot, deltas }: Notification): readonly string[] =>
  [snapshot, ...deltas].map(({ path, hash }) => `${path} ${hash}`);
