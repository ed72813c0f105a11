import { rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { KrillRefusal } from '@krillmanager/core';
import type { Places } from './places.ts';
import { refusalEveryMs, refusalMs } from './policy.ts';
import { Refusal, Unfinished } from './refusal.ts';
import type { Supervision } from './supervise.ts';

/**
 * Says why, once, and stays: a container that comes and goes tells the operator less. It ends as soon
 * as another look comes to something else, so that the next one starts at once.
 * @returns the exit code of the container
 */
export async function refuse(
  { places, say, signal }: Pick<Supervision, 'places' | 'say' | 'signal'>,
  refusal: Refusal,
  lookAgain: () => Promise<unknown>,
): Promise<number> {
  say(`Krill is not started: ${refusal.message}; ${refusal.todo}`);
  await writeFile(places.waiting, refusal.message);
  const until = performance.now() + refusalMs;
  let atMs = Date.now();
  do {
    await report(places, { ...worded(refusal), atMs }).catch((error: unknown) =>
      say(String(error)),
    );
    await pause(refusalEveryMs, undefined, { signal }).catch(() => undefined);
    atMs = Date.now();
  } while (!signal.aborted && performance.now() < until && (await stands(refusal, lookAgain)));
  return signal.aborted ? 0 : 1;
}

const worded = ({ message, todo, startOver }: Refusal): Omit<KrillRefusal, 'atMs'> => ({
  because: message,
  todo,
  startOver,
});

async function stands(refusal: Refusal, lookAgain: () => Promise<unknown>): Promise<boolean> {
  if (refusal instanceof Unfinished) return true;
  const found = await lookAgain().catch((error: unknown) => error);
  return found instanceof Refusal && found.message === refusal.message;
}

/** For the agent, which reads it on its node. Not durable: it is true for a moment only. */
async function report({ refusal }: Places, content: KrillRefusal): Promise<void> {
  await writeFile(`${refusal}.new`, JSON.stringify(content), { mode: 0o644 });
  await rename(`${refusal}.new`, refusal);
}

/** Nothing keeps Krill from starting any more. */
export const withdrawRefusal = ({ refusal }: Places): Promise<void> => rm(refusal, { force: true });
