import type { DeltaReference, Notification } from './notification.ts';

export type UpdatePlan =
  | { readonly do: 'nothing' }
  | { readonly do: 'snapshot'; readonly because: string }
  | { readonly do: 'refuse'; readonly because: string };

/**
 * What has to be done to serve `offered` when `served` is what clients get now.
 *
 * Serials only grow within a session (RFC 8182, 3.3.1), so a smaller one is a source that was set
 * back; clients would never see its changes until it starts a new session.
 */
export function planUpdate(served: Notification | undefined, offered: Notification): UpdatePlan {
  if (!served) return { do: 'snapshot', because: 'nothing is served yet' };
  if (served.session !== offered.session) {
    return { do: 'snapshot', because: `new session ${offered.session}` };
  }
  if (offered.serial < served.serial) {
    const because = `the source went back from serial ${served.serial} to ${offered.serial} in session ${served.session}`;
    return { do: 'refuse', because };
  }
  const mutated = mutatedDelta(served, offered);
  if (mutated) {
    return { do: 'snapshot', because: `the hash of delta ${mutated.serial} changed (RFC 9697)` };
  }
  if (offered.serial > served.serial) {
    return { do: 'snapshot', because: `serial ${offered.serial} follows ${served.serial}` };
  }
  if (sameFiles(served, offered)) return { do: 'nothing' };
  return { do: 'snapshot', because: `other files for serial ${offered.serial}` };
}

function mutatedDelta(served: Notification, offered: Notification): DeltaReference | undefined {
  const known = new Map(served.deltas.map(({ serial, hash }) => [serial, hash]));
  return offered.deltas.find(({ serial, hash }) => (known.get(serial) ?? hash) !== hash);
}

const sameFiles = (a: Notification, b: Notification): boolean =>
  filesOf(a).join() === filesOf(b).join();

const filesOf = ({ snapshot, deltas }: Notification): readonly string[] =>
  [snapshot, ...deltas].map(({ path, hash }) => `${path} ${hash}`);
