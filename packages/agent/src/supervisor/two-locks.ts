import { setTimeout as pause } from 'node:timers/promises';
import { type HeldLock, type NotHeld, tryLock } from './lock-holder.ts';
import { renewalOverdueMs, retryEveryMs } from './policy.ts';

type Pair<T> = readonly [T, T];

/**
 * Two lock files of which the holder has both and renews one at a time: a brick that restarts
 * forgets its locks, so a single lock can be had twice once every brick has restarted in turn. The
 * renewed one is fresh on every brick while the other is whole.
 */
export class TwoLocks {
  readonly held = true;
  /** Resolves when a holder ended that nobody asked to: one lock is free behind our back. */
  readonly lost: Promise<void>;
  readonly #files: Pair<string>;
  /** Null while a lock is being renewed, and once both are given back. */
  readonly #locks: [HeldLock | null, HeldLock | null];
  readonly #lose: () => void;
  #renewedAt: number;
  #refusedAt = 0;
  #next: 0 | 1 = 0;
  #released = false;

  private constructor(files: Pair<string>, locks: Pair<HeldLock>, renewedAt: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.lost = promise;
    this.#lose = resolve;
    this.#files = files;
    this.#locks = [null, null];
    this.#renewedAt = renewedAt;
    this.#keep(0, locks[0]);
    this.#keep(1, locks[1]);
  }

  /**
   * Both or none, and both fresh: what was got is given back when the other cannot be had. Never
   * waits in line.
   * @param given aborted: the attempt is given up
   */
  static async contend(files: Pair<string>, given: AbortSignal): Promise<TwoLocks | NotHeld> {
    const startedAt = performance.now();
    const first = await tryLock(files[0], given);
    if (!first.held) return first;
    const second = await tryLock(files[1], given);
    // The first may be gone when the second took long: then a holder between two calls has it.
    const late = performance.now() - startedAt > renewalOverdueMs;
    if (second.held && !late) return new TwoLocks(files, [first, second], startedAt);
    await Promise.all([first.release(), second.held ? second.release() : null]);
    return second.held ? { held: false, why: 'unreachable', said: 'the answer was late' } : second;
  }

  /** Monotonic time, milliseconds: at this moment or later the bricks have heard of us. */
  get renewedAt(): number {
    return this.#renewedAt;
  }

  /** Monotonic time of the last attempt that was answered with no; 0 without any. */
  get refusedAt(): number {
    return this.#refusedAt;
  }

  /**
   * Drops and takes again the lock whose turn it is. A contender may have it for a moment, until it
   * fails at the other one; so this goes on until it is done or not wanted any more.
   */
  async renew(wanted: AbortSignal): Promise<void> {
    const turn = this.#next;
    this.#next = turn === 0 ? 1 : 0;
    await this.#drop(turn);
    while (!wanted.aborted && !this.#released) {
      const startedAt = performance.now();
      const attempt = await tryLock(this.#files[turn], wanted);
      if (attempt.held) return this.#renewed(turn, attempt, startedAt);
      this.#refusedAt = performance.now();
      await pause(retryEveryMs);
    }
  }

  /** Gives both back; resolves when they are free, which a stuck volume can put off. */
  async release(): Promise<void> {
    this.#released = true;
    await Promise.all([this.#drop(0), this.#drop(1)]);
  }

  #renewed(turn: 0 | 1, lock: HeldLock, startedAt: number): void {
    this.#keep(turn, lock);
    this.#renewedAt = startedAt;
    if (this.#released) void this.#drop(turn);
  }

  #keep(turn: 0 | 1, lock: HeldLock): void {
    this.#locks[turn] = lock;
    void lock.lost.then(() => {
      if (this.#locks[turn] === lock) this.#lose();
    });
  }

  async #drop(turn: 0 | 1): Promise<void> {
    const lock = this.#locks[turn];
    this.#locks[turn] = null;
    await lock?.release();
  }
}
