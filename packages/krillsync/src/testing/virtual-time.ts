import { setImmediate as settled } from 'node:timers/promises';
import type { BarrierClock } from '../peer-barrier.ts';

interface Timer {
  readonly at: number;
  readonly go: () => void;
}

/** A clock that stands still until it is told to go on; everything due happens in order. */
export class VirtualTime implements BarrierClock {
  #now = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, stop: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (stop.aborted) return reject(stop.reason);
      stop.addEventListener('abort', () => reject(stop.reason), { once: true });
      this.after(ms, resolve);
    });
  }

  after(ms: number, go: () => void): void {
    this.#timers.push({ at: this.#now + Math.max(0, ms), go });
  }

  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = due.at;
      due.go();
      await settled();
    }
    this.#now = until;
  }
}
