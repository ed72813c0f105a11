import type { Desired } from '../model/desired.ts';
import { UserError } from '../model/user-error.ts';
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
}

/** Runs the steps in order; the first failure ends it, and running the command again repairs. */
export async function execute(plan: Plan, execution: Execution): Promise<void> {
  for (const [index, step] of plan.steps.entries()) {
    if (execution.interrupted()) {
      throw new UserError(`interrupted before step ${index + 1} of ${plan.steps.length}`, {
        hint: 'run the same command again: it goes on from here',
      });
    }
    await perform(
      { step, title: describe(step), number: index + 1, of: plan.steps.length },
      execution,
    );
  }
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
