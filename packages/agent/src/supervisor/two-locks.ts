import { type HeldLock, tryLock } from './lock-holder.ts';

/**
 * Two lock files of which the holder has both and renews one at a time: a brick that restarts
 * forgets its locks, so a single lock can be had twice once every brick has restarted in turn. The
 * renewed one is fresh on every brick while the other is whole.
 */
export class TwoLocks {
  readonly #held: [HeldLock, HeldLock];
  readonly #files: readonly [string, string];
  #next: 0 | 1 = 0;

  private constructor(files: readonly [string, string], held: [HeldLock, HeldLock]) {
    this.#files = files;
    this.#held = held;
  }

  /** Both or none: what was got is given back when the other cannot be had. Never waits in line. */
  static async contend(files: readonly [string, string]): Promise<TwoLocks | null> {
    const first = await tryLock(files[0]);
    if (first === null) return null;
    const second = await tryLock(files[1]);
    if (second !== null) return new TwoLocks(files, [first, second]);
    first.release();
    await first.lost;
    return null;
  }

  /** Drops and takes again the lock whose turn it is. False when somebody else has taken it. */
  async renew(): Promise<boolean> {
    const turn = this.#next;
    this.#next = turn === 0 ? 1 : 0;
    const old = this.#held[turn];
    old.release();
    await old.lost;
    const fresh = await tryLock(this.#files[turn]);
    if (fresh === null) return false;
    this.#held[turn] = fresh;
    return true;
  }

  release(): void {
    for (const lock of this.#held) lock.release();
  }
}
