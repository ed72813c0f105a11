interface Remedy {
  /** What the operator does next. */
  readonly todo: string;
  /** An initialisation died and cannot go on. */
  readonly startOver?: boolean;
}

/** Why Krill must not start, in the operator's words: it stands until somebody changes something. */
export class Refusal extends Error {
  readonly todo: string;
  readonly startOver: boolean;

  constructor(because: string, { todo, startOver = false }: Remedy) {
    super(because);
    this.todo = todo;
    this.startOver = startOver;
  }
}

/** An initialisation that did not come to its end: it is judged anew by the next container. */
export class Unfinished extends Refusal {}
