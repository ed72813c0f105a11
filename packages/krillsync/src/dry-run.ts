import { trimDeltas, withoutRefused } from './notification.ts';
import { planUpdate } from './plan-update.ts';
import { readOffer } from './read-offer.ts';
import { filesOf, isPlaced, readServed } from './rrdp-directory.ts';
import type { Setup } from './setup.ts';
import { readState } from './state.ts';

export interface DryRun {
  readonly plan: 'nothing' | 'update' | 'refuse';
  readonly because: string;
  readonly session: string;
  readonly serial: number;
  /** Files that would be fetched. */
  readonly files: number;
}

/** What `update` would do now. Reads the source's notification and writes nothing. */
export async function dryRun(setup: Setup): Promise<DryRun> {
  const state = readState(setup.stateDir);
  const trimmed = trimDeltas(await readOffer(setup.source, setup.notification), setup.maxDeltas);
  const { notification } = withoutRefused(trimmed, state.refused);
  const served = readServed(setup.rrdpDir, setup.notification, setup.log)?.notification;
  const plan = planUpdate(served, notification);
  const missing = filesOf(notification).filter((file) => !isPlaced(setup.rrdpDir, file, state));
  const { session, serial } = notification;
  const because = plan.do === 'nothing' ? 'nothing new' : plan.because;
  return { plan: plan.do, because, session, serial, files: missing.length };
}
