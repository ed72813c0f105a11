import { messageOf, UserError } from '@krillmanager/core';
import { DeadlineError } from './within.ts';

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** The HTTP status that dockerd answered with; null when it did not answer. */
export function statusOf(error: unknown): number | null {
  const status = field(error, 'statusCode') ?? field(field(error, 'cause'), 'statusCode');
  return typeof status === 'number' ? status : null;
}

/** What dockerd says of its failure, in its own words. */
function wordsOf(error: unknown): string {
  const message = field(field(error, 'json'), 'message');
  if (typeof message === 'string') return message.trim();
  return messageOf(error);
}

const unreachable = (what: string, socketPath: string, cause: unknown): UserError =>
  new UserError(`${what}: Docker does not answer on ${socketPath}`, {
    hint: 'look at "systemctl status docker"',
    cause,
  });

/** Turns whatever a request died of into what the operator needs to know. */
export function dockerFailure(what: string, socketPath: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  if (error instanceof DeadlineError) {
    return new UserError(`${what}: Docker gave ${error.message}`, {
      hint: 'look at "journalctl -u docker"',
      cause: error,
    });
  }
  const status = statusOf(error);
  if (status === null) return unreachable(what, socketPath, error);
  return new UserError(`${what}: Docker answers ${status}: ${wordsOf(error)}`, { cause: error });
}
