import { setTimeout as sleep } from 'node:timers/promises';
import { bringForward, type How } from './bring-forward.ts';
import { makeDirectories } from './durable.ts';
import { finish, type UpdateResult } from './finish.ts';
import { isIntact } from './is-intact.ts';
import { messageOf, refuse, SourceMoved, Superseded } from './krillsync-error.ts';
import { rereadsMaxCount, sourceLimits } from './limits.ts';
import { trimDeltas, withoutRefused } from './notification.ts';
import { planUpdate } from './plan-update.ts';
import { readOffer, type SourceOffer } from './read-offer.ts';
import { clearStaging, readServed } from './rrdp-directory.ts';
import { clearTemporary } from './rsync-directory.ts';
import type { Setup } from './setup.ts';
import { readState } from './state.ts';

const rereadPauseMs = 200;

/**
 * Brings what is served to what the source offers. Whatever happens in it, and wherever it is
 * killed, what is served stays complete and consistent, and the next call goes on.
 *
 * @throws KrillsyncError fault 'source' when the source is not there or not sound; any error of the
 * local file system; an AbortError once `setup.stop` is aborted.
 */
export async function update(setup: Setup): Promise<UpdateResult> {
  const { updateMaxMs } = { ...sourceLimits, ...setup.limits };
  const deadline = performance.now() + updateMaxMs;
  let failed: Buffer | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const offer = await readOffer(setup.source, setup.notification);
    const isLastTry = failed?.equals(offer.bytes) === true || attempt >= rereadsMaxCount;
    try {
      return await serve(setup, offer, { isLastTry, deadline });
    } catch (error) {
      // What is half done may be large; but one that is told to stop must be quick.
      if (!setup.stop.aborted) await clearLeftOvers(setup).catch(() => {});
      // The barrier's deadline ends this.
      if (error instanceof Superseded) attempt -= 1;
      else if (!(error instanceof SourceMoved) || isLastTry) throw error;
      setup.log.debug(`reading the notification again: ${messageOf(error)}`);
      if (error instanceof Superseded) continue;
      failed = offer.bytes;
      await sleep(rereadPauseMs, undefined, { signal: setup.stop });
    } finally {
      await setup.crew?.dismiss();
    }
  }
}

async function serve(
  setup: Setup,
  sourceOffer: SourceOffer,
  attempt: Pick<How, 'isLastTry' | 'deadline'>,
): Promise<UpdateResult> {
  const began = performance.now();
  makeDirectories(setup.stateDir);
  makeDirectories(setup.rrdpDir);
  const state = readState(setup.stateDir);
  const offer = withoutRefused(trimDeltas(sourceOffer, setup.maxDeltas), state.refused);
  const served = readServed(setup.rrdpDir, setup.notification, setup.log);
  const plan = planUpdate(served?.notification, offer.notification);
  if (plan.do === 'refuse') throw refuse(plan.because);
  if (setup.thorough) await clearLeftOvers(setup);
  const round = { served, offer, state, sourceOffer, began };
  if (plan.do === 'nothing' && (await isIntact(setup, offer.notification, state))) {
    return finish(setup, round, {
      result: 'unchanged',
      because: 'nothing new',
      bytes: 0,
      milliseconds: null,
    });
  }
  const isMissing = plan.do === 'nothing';
  const because = isMissing ? 'served files were missing or behind' : plan.because;
  setup.log.debug(`updating: ${because}`);
  return bringForward(setup, round, {
    because,
    trustsDeltas: isMissing || plan.trustsDeltas,
    ...attempt,
  });
}

async function clearLeftOvers({ rrdpDir, rsync, next }: Setup): Promise<void> {
  clearStaging(rrdpDir);
  next?.forget();
  if (rsync) await clearTemporary(rsync.dir);
}
