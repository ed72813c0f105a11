export interface UserErrorDetails {
  /** What to do next, as a command where there is one. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** 1 failed, 2 usage, 3 needs confirmation, 4 another run holds the lock, 5 did not converge. */
  readonly exitCode?: 1 | 2 | 3 | 4 | 5;
}

/** A failure that the operator can act on. It is handled once, at the top. */
export class UserError extends Error {
  readonly hint: string | undefined;
  readonly exitCode: 1 | 2 | 3 | 4 | 5;

  constructor(message: string, { hint, cause, exitCode = 1 }: UserErrorDetails = {}) {
    super(message, { cause });
    this.name = 'UserError';
    this.hint = hint;
    this.exitCode = exitCode;
  }
}

/** Findings about several nodes or files that belong to one failure, each with its own remedy. */
export class NodeErrors extends UserError {
  readonly findings: readonly UserError[];

  constructor(message: string, findings: readonly UserError[]) {
    super(message, { exitCode: findings[0]?.exitCode ?? 1 });
    this.name = 'NodeErrors';
    this.findings = findings;
  }
}

/** What anything that was thrown says of itself. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/**
 * All results, or all that is wrong with them at once.
 * @throws the only fault as it is; UserError with the words of several
 */
export async function allOrFaults<T>(asked: readonly Promise<T>[]): Promise<readonly T[]> {
  const ends = await Promise.allSettled(asked);
  const faults: unknown[] = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  const [first] = faults;
  if (faults.length === 0) return Promise.all(asked);
  const told = faults.filter((fault) => fault instanceof UserError);
  // What nobody expected goes first.
  if (told.length < faults.length) throw faults.find((fault) => !(fault instanceof UserError));
  if (told.length === 1) throw first;
  const hints = new Set(told.flatMap(({ hint }) => hint ?? []));
  throw new UserError(told.map(({ message }) => message).join('\n  '), {
    hint: [...hints].join('\n  '),
    exitCode: told[0]?.exitCode ?? 1,
  });
}
