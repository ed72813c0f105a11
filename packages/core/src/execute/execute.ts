import type { Desired } from '../model/desired.ts';
import { messageOf, UserError } from '../model/user-error.ts';
import type { Plan, Step } from '../plan/step.ts';
import { describe, handlerOf } from '../plan/steps/handlers.ts';
import type { Ports } from '../ports/ports.ts';

interface StepNumber {
  readonly step: Step;
  readonly title: string;
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

export type StepEvent =
  | ({ readonly event: 'started' } & StepNumber)
  | ({ readonly event: 'progress'; readonly what: string } & StepNumber)
  | ({ readonly event: 'done'; readonly tookMs: number } & StepNumber)
  | ({ readonly event: 'failed'; readonly message: string; readonly tookMs: number } & StepNumber);

export interface Execution {
  readonly ports: Ports;
  readonly desired: Desired;
  readonly emit: (event: StepEvent) => void;
  /** Asked before each step: true ends the run cleanly between two steps. */
  readonly interrupted: () => boolean;
  /** Awaited before each step: what it throws ends the run there, too. */
  readonly ready?: () => Promise<void>;
}

/** Runs the steps in order; the first failure ends it, and running the command again repairs. */
export async function execute({ steps }: Plan, execution: Execution): Promise<void> {
  const numbered = steps.map((step, index): StepNumber => {
    return { step, title: describe(step), number: index + 1, of: steps.length };
  });
  for (const group of groupsOf(numbered)) {
    await mayGoOn(group, execution);
    const ends = await Promise.allSettled(group.map((at) => perform(at, execution)));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }
}

async function mayGoOn([next]: readonly StepNumber[], { interrupted, ready }: Execution) {
  const before = `interrupted before step ${next?.number} of ${next?.of}`;
  const hint = 'run the same command again: it goes on from here';
  if (interrupted()) throw new UserError(before, { hint });
  await ready?.().catch((cause: unknown) => {
    throw new UserError(`${before}: ${messageOf(cause)}`, { hint, cause });
  });
}

/** Steps that are done at the same time; most are alone. */
function groupsOf(steps: readonly StepNumber[]): readonly (readonly StepNumber[])[] {
  const groups: StepNumber[][] = [];
  for (const at of steps) {
    const last = groups.at(-1);
    const joins = last?.[0]?.step.kind === at.step.kind && handlerOf(at.step).together === true;
    if (joins) last?.push(at);
    else groups.push([at]);
  }
  return groups;
}

async function perform(at: StepNumber, { ports, desired, emit }: Execution): Promise<void> {
  const startedMs = ports.clock.now();
  const tookMs = (): number => ports.clock.now() - startedMs;
  emit({ event: 'started', ...at });
  try {
    const progress = (what: string): void => emit({ event: 'progress', what, ...at });
    await handlerOf(at.step).apply(at.step, { ports, desired, progress });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    emit({ event: 'failed', message, tookMs: tookMs(), ...at });
    throw cause instanceof UserError
      ? cause
      : new UserError(`could not ${at.title}: ${message}`, { cause });
  }
  emit({ event: 'done', tookMs: tookMs(), ...at });
}
