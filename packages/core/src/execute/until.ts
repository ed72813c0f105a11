import { messageOf, UserError } from '../model/user-error.ts';
import type { Clock } from '../ports/clock.ts';

export interface Patience {
  readonly clock: Clock;
  readonly withinMs: number;
  /** Completes "waited 60 s for …". */
  readonly what: string;
  readonly hint?: string;
  readonly everyMs?: number;
  /**
   * Is told of every error, which then only means "not yet": for questions to a daemon that may be
   * starting again. Without it an error ends the wait.
   */
  readonly failing?: (why: string) => void;
}

/**
 * Asks again and again until the answer is true.
 * @throws UserError with exit code 5 when it is not within the time; it names the error if the last
 * question failed.
 */
export async function until(ask: () => Promise<boolean>, patience: Patience): Promise<void> {
  const { clock, withinMs, everyMs = 250 } = patience;
  const deadline = clock.now() + withinMs;
  for (;;) {
    const answer = await answerTo(ask, patience);
    if (answer === true) return;
    if (clock.now() >= deadline) throw inVain(patience, answer);
    await clock.sleep(everyMs);
  }
}

/** What it was answered, or the error that counts as an answer. */
async function answerTo(ask: () => Promise<boolean>, { failing }: Patience) {
  try {
    return await ask();
  } catch (cause) {
    if (failing === undefined) throw cause;
    failing(messageOf(cause));
    return { cause };
  }
}

function inVain({ withinMs, what, hint }: Patience, last: false | { cause: unknown }): UserError {
  const waited = `waited ${Math.round(withinMs / 1000)} s for ${what}, in vain`;
  const rest = {
    hint: hint ?? 'run the same command again: it goes on from here',
    exitCode: 5,
  } as const;
  if (last === false) return new UserError(waited, rest);
  return new UserError(`${waited}: ${messageOf(last.cause)}`, { ...rest, ...last });
}
