import { UserError } from '../model/user-error.ts';
import type { Clock } from '../ports/clock.ts';

export interface Patience {
  readonly clock: Clock;
  readonly withinMs: number;
  /** Completes "waited 60 s for …". */
  readonly what: string;
  readonly hint?: string;
  readonly everyMs?: number;
}

/**
 * Asks again and again until the answer is true.
 * @throws UserError with exit code 5 when it is not within the time.
 */
export async function until(ask: () => Promise<boolean>, patience: Patience): Promise<void> {
  const { clock, withinMs, what, hint, everyMs = 250 } = patience;
  const deadline = clock.now() + withinMs;
  while (!(await ask())) {
    if (clock.now() >= deadline) {
      throw new UserError(`waited ${Math.round(withinMs / 1000)} s for ${what}, in vain`, {
        hint: hint ?? 'run the same command again: it goes on from here',
        exitCode: 5,
      });
    }
    await clock.sleep(everyMs);
  }
}
