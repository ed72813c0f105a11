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

/** Findings about several nodes that belong to one failure, each with its own remedy. */
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
