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
  /** Since a part was restarted, or that was tried, by its name; milliseconds. */
  readonly restartedAgoMs: Readonly<Record<string, number>>;
}

/** What the agent has tried, from one look to the next; a new agent knows nothing of it. */
export class Attempts {
  readonly #monotonicMs: () => number;
  readonly #failed = new Map<string, string>();
  readonly #restartedAt = new Map<string, number>();

  /** The clock of the day may be set meanwhile. */
  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  get tried(): Tried {
    return {
      failed: [...this.#failed].map(([what, error]) => ({ what, error })),
      restartedAgoMs: this.#ago(this.#restartedAt),
    };
  }

  /** What came of an action. */
  note(action: Action, error: string | null): void {
    const what = describeAction(action);
    // Either all others have had their turn, or this one is all that was left.
    if (isIdle(action) || this.#failed.has(what)) this.#failed.clear();
    if (error !== null) this.#failed.set(what, error);
    if (action.do === 'restart') this.#restartedAt.set(action.name, this.#monotonicMs());
  }

  #ago(times: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
    const now = this.#monotonicMs();
    return Object.fromEntries([...times].map(([name, at]) => [name, now - at]));
  }
}

export const hasFailed = (action: Action, { failed }: Tried): boolean =>
  failed.some(({ what }) => what === describeAction(action));
