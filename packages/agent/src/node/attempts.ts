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
}

/** What the agent has tried, from one look to the next; a new agent knows nothing of it. */
export class Attempts {
  readonly #failed = new Map<string, string>();

  get tried(): Tried {
    return { failed: [...this.#failed].map(([what, error]) => ({ what, error })) };
  }

  /** What came of an action. */
  note(action: Action, error: string | null): void {
    const what = describeAction(action);
    // Either all others have had their turn, or this one is all that was left.
    if (isIdle(action) || this.#failed.has(what)) this.#failed.clear();
    if (error !== null) this.#failed.set(what, error);
  }
}

export const hasFailed = (action: Action, { failed }: Tried): boolean =>
  failed.some(({ what }) => what === describeAction(action));
