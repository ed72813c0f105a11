import { type Action, describeAction, isIdle } from './action.ts';

/** An action that failed. */
export interface Failure {
  readonly what: string;
  readonly error: string;
}

/** What the agent has tried, as the table sees it. */
export interface Tried {
  /** Since there was last nothing else to do: the others come first, then these again. */
  readonly failed: readonly Failure[];
  /** Since a part was started or restarted, or that was tried, by its name; milliseconds. */
  readonly startedAgoMs: Readonly<Record<string, number>>;
  /** Since a part was restarted, or that was tried, by its name; milliseconds. */
  readonly restartedAgoMs: Readonly<Record<string, number>>;
}

/** What the agent has tried, from one look to the next; a new agent knows nothing of it. */
export class Attempts {
  readonly #monotonicMs: () => number;
  readonly #failed = new Map<string, string>();
  readonly #startedAt = new Map<string, number>();
  readonly #restartedAt = new Map<string, number>();

  /** The clock of the day may be set meanwhile. */
  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  get tried(): Tried {
    return {
      failed: [...this.#failed].map(([what, error]) => ({ what, error })),
      startedAgoMs: this.#ago(this.#startedAt),
      restartedAgoMs: this.#ago(this.#restartedAt),
    };
  }

  /** What came of an action. */
  note(action: Action, error: string | null): void {
    const what = describeAction(action);
    // Either all others have had their turn, or this one is all that was left.
    if (isIdle(action) || this.#failed.has(what)) this.#failed.clear();
    if (error !== null) this.#failed.set(what, error);
    this.#noteStart(action, this.#monotonicMs());
  }

  #noteStart(action: Action, now: number): void {
    if (action.do === 'serve') this.#startedAt.set(action.container.name, now);
    if (action.do !== 'restart') return;
    this.#startedAt.set(action.name, now);
    this.#restartedAt.set(action.name, now);
  }

  #ago(times: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
    const now = this.#monotonicMs();
    return Object.fromEntries([...times].map(([name, at]) => [name, now - at]));
  }
}

export const hasFailed = (action: Action, { failed }: Tried): boolean =>
  failed.some(({ what }) => what === describeAction(action));
