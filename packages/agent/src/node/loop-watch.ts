/** Longer than any action may take; loading images has 10 minutes. */
const stuckAfterMs = 660_000;

/** Whether the loop goes on: it hangs when a look, an action or a pause does not end. */
export class LoopWatch {
  readonly #monotonicMs: () => number;
  #movedAt: number;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#movedAt = monotonicMs();
  }

  /** A look, an action or a pause has ended. */
  moved(): void {
    this.#movedAt = this.#monotonicMs();
  }

  get hangs(): boolean {
    return this.#monotonicMs() - this.#movedAt > stuckAfterMs;
  }
}
