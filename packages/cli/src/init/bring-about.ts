import {
  converge,
  type Desired,
  execute,
  NodeErrors,
  type Observed,
  type Plan,
  type Ports,
  planInit,
  preflight,
  UserError,
} from '@krillmanager/core';
import type { ConfirmOptions } from '../confirm.ts';
import { initLog } from './init-log.ts';
import { printPlan } from './print-plan.ts';
import { requireConsent } from './require-consent.ts';
import { watchSteps } from './watch-steps.ts';

export interface Undertaking {
  readonly desired: Desired;
  readonly ports: Ports;
  readonly look: () => Promise<Observed>;
  readonly json: boolean;
  readonly consent: ConfirmOptions;
  /** Of what is desired, all unless told. */
  readonly plan?: (observed: Observed, desired: Desired) => Plan;
  /** Before each step: throws when it is not to be done. */
  readonly ready?: () => Promise<void>;
}

/** What would be done, and nothing else. @throws NodeErrors when the servers are not ready. */
export async function foretell(undertaking: Undertaking): Promise<Plan> {
  const { desired, look, plan = planInit } = undertaking;
  const observed = await looking(look);
  check(observed, desired);
  return plan(observed, desired);
}

/**
 * Observe, plan, print, execute, observe: the second plan must be empty.
 * @returns how many steps were done
 */
export async function bringAbout(undertaking: Undertaking): Promise<number> {
  const { desired, json, consent, plan } = undertaking;
  const look = () => looking(undertaking.look);
  const { done, left } = await converge({
    desired,
    look,
    ...(plan && { plan }),
    check: (observed) => check(observed, desired),
    run: async (steps) => {
      if (!json) printPlan(steps, false, process.stderr);
      await requireConsent(steps, consent);
      await run(steps, undertaking);
    },
  });
  requireEmpty(left);
  return done;
}

const silentMs = 2000;

/** A server that is down, or managers that elect a leader, let a look take its time. */
async function looking<T>(look: () => Promise<T>): Promise<T> {
  const notice = setTimeout(() => {
    if (process.stderr.isTTY) process.stderr.write('looking at the servers …\n');
  }, silentMs);
  return look().finally(() => clearTimeout(notice));
}

function check(observed: Observed, desired: Desired): void {
  const findings = preflight(observed, desired);
  if (findings.length > 0)
    throw new NodeErrors('the servers are not ready; nothing was changed', findings);
}

async function run(plan: Plan, { json, desired, ports, ready }: Undertaking): Promise<void> {
  const log = initLog();
  const watch = watchSteps(json, log);
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await execute(plan, {
      ...{ ports, desired, emit: watch.emit, interrupted: () => interrupted },
      ...(ready && { ready }),
    });
  } catch (error) {
    watch.end();
    process.stderr.write(`  details: ${log.file}\n`);
    throw error;
  }
  watch.end();
}

/** @throws UserError (exit 5) that comes after the steps that are left over */
export function requireEmpty(left: Plan): void {
  if (left.steps.length === 0) return;
  printPlan(left, false, process.stderr);
  throw new UserError(`${left.steps.length} steps are left over after all were done`, {
    hint: 'run the same command again; if they stay, see "krillmanager status"',
    exitCode: 5,
  });
}
