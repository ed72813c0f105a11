import { setTimeout as sleep } from 'node:timers/promises';
import { pollMs } from './policy.ts';

/** Asks again and again; false when the answer was no until the deadline. */
export async function until(ms: number, holds: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() >= deadline) return false;
    await sleep(pollMs);
  }
  return true;
}
