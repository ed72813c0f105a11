import type { Desired } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import { isBlind } from '../plan/blind.ts';
import { planInit } from '../plan/plan-init.ts';
import type { Plan, Step } from '../plan/step.ts';

export interface Convergence {
  /** What is to be brought about; all of it unless told. */
  readonly plan?: (observed: Observed, desired: Desired) => Plan;
  readonly desired: Desired;
  readonly look: () => Promise<Observed>;
  /** Throws when a server is not ready. */
  readonly check: (observed: Observed) => void;
  /** Runs a plan that is not empty. */
  readonly run: (plan: Plan) => Promise<void>;
}

export interface Converged {
  /** How many steps were done. */
  readonly done: number;
  /** What a look afterwards still plans: empty when all is as wanted. */
  readonly left: Plan;
}

/** Of steps that change nothing. */
const waits: readonly Step['kind'][] = ['krill.await', 'member.await', 'peers.await'];

const onlyWaits = ({ steps }: Plan): boolean =>
  steps.length > 0 && steps.every(({ kind }) => waits.includes(kind));

/**
 * Observe, plan, execute, observe. A volume that could not be read is mounted by a first plan, and
 * what lies on it goes into a second. When all that is left is to wait, as for a Krill that Swarm moves
 * in this moment, that is waited for, once.
 */
export async function converge({
  desired,
  look,
  check,
  run,
  plan: planFor = planInit,
}: Convergence): Promise<Converged> {
  let done = 0;
  let observed = await look();
  for (let rounds = isBlind(observed) ? 2 : 1; rounds > 0; rounds -= 1) {
    check(observed);
    const plan = planFor(observed, desired);
    if (plan.steps.length === 0) return { done, left: plan };
    await run(plan);
    done += plan.steps.length;
    observed = await look();
  }
  const left = planFor(observed, desired);
  if (done === 0 || !onlyWaits(left)) return { done, left };
  await run(left);
  return { done: done + left.steps.length, left: planFor(await look(), desired) };
}
