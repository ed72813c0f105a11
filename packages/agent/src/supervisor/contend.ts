import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { NotHeld } from './lock-holder.ts';
import { contendEveryMs, unreachableMs } from './policy.ts';
import type { Supervision } from './supervise.ts';
import { TwoLocks } from './two-locks.ts';
import { deadline, unless } from './unless.ts';

type Contender = Pick<Supervision, 'places' | 'say' | 'signal'>;

/**
 * Waits until the locks are ours.
 * @throws Error when the volume cannot be reached for long: this container's mount may be a dead
 * one, which only the next container can exchange. The signal's reason when it is aborted.
 */
export async function contend({ places, say, signal }: Contender): Promise<TwoLocks> {
  let reachedAt = performance.now();
  let told = '';
  for (;;) {
    const given = AbortSignal.any([signal, deadline(unreachableMs, unreachable('no answer'))]);
    const outcome = await unless(given, TwoLocks.contend(places.locks, given));
    if (outcome.held) return outcome;
    if (outcome.why === 'taken') reachedAt = performance.now();
    else if (performance.now() - reachedAt > unreachableMs) {
      throw new Error(unreachable(outcome.said));
    }
    const because = reason(outcome);
    if (because !== told) {
      told = because;
      await writeFile(places.waiting, because);
      say(because);
    }
    await pause(contendEveryMs, undefined, { signal });
  }
}

const reason = ({ why, said }: NotHeld): string =>
  why === 'taken'
    ? 'another Krill holds the locks: waiting until they are free'
    : unreachable(said);

const unreachable = (said: string): string => `the locks on the volume cannot be reached: ${said}`;
