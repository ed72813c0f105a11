import type { Clock } from '@krillmanager/core';

/** Between two looks, however often somebody asks. */
const watchedMs = 250;

/** Whoever asks how we are waits for what we do: the next look comes at once, not when it is due. */
export class Attention {
  #asked = false;
  #wake: (() => void) | null = null;

  /** Somebody has asked. */
  drawn(): void {
    this.#asked = true;
    this.#wake?.();
  }

  /** Sleeps for that many milliseconds, or for less when somebody asks. */
  async pause(ms: number, clock: Clock): Promise<void> {
    await clock.sleep(Math.min(ms, watchedMs));
    if (ms > watchedMs && !this.#asked) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await Promise.race([clock.sleep(ms - watchedMs), promise]);
      this.#wake = null;
    }
    this.#asked = false;
  }
}
