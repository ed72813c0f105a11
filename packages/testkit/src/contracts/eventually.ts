import type { Clock } from '@krillmanager/core';

const withinMs = 40_000;
const everyMs = 200;

/** @throws Error when the answer is still no after 40 s of the clock's time. */
export async function eventually(clock: Clock, holds: () => Promise<boolean>): Promise<void> {
  const deadline = clock.now() + withinMs;
  while (!(await holds())) {
    if (clock.now() >= deadline) throw new Error(`not within ${withinMs / 1000} s: ${holds}`);
    await clock.sleep(everyMs);
  }
}
