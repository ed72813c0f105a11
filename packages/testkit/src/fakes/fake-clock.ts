import type { Clock } from '@krillmanager/core';

/** Time that passes only when somebody sleeps, and at once. */
export class FakeClock implements Clock {
  #ms: number;

  /** Milliseconds since the epoch. */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#ms = startMs;
  }

  now(): number {
    return this.#ms;
  }

  async sleep(ms: number): Promise<void> {
    this.#ms += ms;
  }
}
