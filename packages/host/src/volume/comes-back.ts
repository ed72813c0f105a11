import type { ProbeResult } from './mount-probe.ts';

export interface MountWatch {
  readonly probe: (deadlineMs: number) => Promise<ProbeResult>;
  /** A process serves it. */
  readonly served: () => Promise<boolean>;
  readonly monotonicMs: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

const againMs = 500;

/**
 * Whether a mount answers within so many milliseconds. A client that has lost its bricks for a
 * moment, or has not met them yet, answers as one that is dead; but it lives, and is waited for.
 */
export async function comesBack(watch: MountWatch, patienceMs: number): Promise<boolean> {
  const { probe, served, monotonicMs, sleep } = watch;
  const until = monotonicMs() + patienceMs;
  for (let leftMs = patienceMs; leftMs > 0; leftMs = until - monotonicMs()) {
    const answer = await probe(leftMs);
    if (answer === 'answers') return true;
    if (answer === 'dead' && !(await served())) return false;
    await sleep(againMs);
  }
  return false;
}
