import { setTimeout as pause } from 'node:timers/promises';
import { checkEveryMs, renewalOverdueMs, renewEveryMs } from './policy.ts';
import { type LastSigns, whyOverdue } from './renewal-overdue.ts';
import type { TwoLocks } from './two-locks.ts';

/** What the agents' heartbeats show now; unknown where there are none. */
export type MajoritySeen = () => LastSigns['majority'];

/** Renews the locks from the moment that they are had, and tells at once when they may be lost. */
export class LockKeeper {
  readonly #locks: TwoLocks;
  readonly #majoritySeen: MajoritySeen;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  readonly #checking: NodeJS.Timeout;

  constructor(locks: TwoLocks, majoritySeen: MajoritySeen) {
    this.#locks = locks;
    this.#majoritySeen = majoritySeen;
    this.#checking = setInterval(() => this.check(), checkEveryMs);
    void locks.lost.then(() => this.#lose('a process that holds a lock has ended'));
    void this.#renew();
  }

  /** Aborted, with the reason, in the very moment in which the locks are no longer ours for sure. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Asks the clock now: whoever was frozen and thawed finds here what happened meanwhile. */
  check(): AbortSignal {
    const { renewedAt, refusedAt } = this.#locks;
    const renewedMs = performance.now() - renewedAt;
    const refusedAfterMs = refusedAt - renewedAt;
    const majority = renewedMs > renewalOverdueMs ? this.#majoritySeen() : 'unknown';
    const why = whyOverdue({ renewedMs, refusedAfterMs, majority });
    if (why !== null) {
      this.#lose(`no lock could be renewed for ${(renewedMs / 1000).toFixed(1)} s: ${why}`);
    }
    return this.lost;
  }

  /** Stops renewing and gives the locks back. */
  async release(): Promise<void> {
    this.#end();
    await this.#locks.release();
  }

  async #renew(): Promise<void> {
    const { signal } = this.#ended;
    try {
      while (!signal.aborted) {
        await pause(renewEveryMs, undefined, { signal });
        await this.#locks.renew(signal);
      }
    } catch (error) {
      this.#lose(`a lock could not be renewed: ${String(error)}`);
    }
  }

  #lose(because: string): void {
    if (this.#ended.signal.aborted) return;
    this.#end();
    this.#lost.abort(new Error(because));
  }

  #end(): void {
    clearInterval(this.#checking);
    this.#ended.abort();
  }
}
