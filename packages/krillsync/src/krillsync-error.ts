/** Who must act: the caller (usage), the publication server (source), or this machine (local). */
export type Fault = 'usage' | 'source' | 'local';

/** An error meant to be read by the operator; it says what failed and where. */
export class KrillsyncError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KrillsyncError';
    this.fault = fault;
  }
}

/**
 * The source is not what its notification said a moment ago: publication servers delete old
 * snapshots at once, so the notification has to be read again before this counts as a failure.
 */
export class SourceMoved extends KrillsyncError {
  constructor(message: string, options?: ErrorOptions) {
    super('source', message, options);
    this.name = 'SourceMoved';
  }
}

/** Another node has a newer version, and so has the source: this one is dropped for it. */
export class Superseded extends KrillsyncError {
  constructor(message: string) {
    super('source', message);
    this.name = 'Superseded';
  }
}

export const refuse = (message: string): KrillsyncError => new KrillsyncError('source', message);

/** What is wrong with a file of the source's, with the name of the file in its message. */
export function namingFile(what: string, error: unknown): unknown {
  const isPlain = error instanceof KrillsyncError && error.name === KrillsyncError.name;
  if (!isPlain || error.fault !== 'source' || error.message.includes(what)) return error;
  return new KrillsyncError('source', `${what}: ${error.message}`, { cause: error });
}

/** The system's name of an error, as ENOENT. */
export const errorCode = (error: unknown): string | undefined => textOf(error, 'code');

/** Errors that are not ours come from the local file system: full, read-only, not permitted. */
export const faultOf = (error: unknown): Fault =>
  error instanceof KrillsyncError ? error.fault : 'local';

export const messageOf = (error: unknown): string => textOf(error, 'message') ?? String(error);

// Not by instanceof: errors of node:fs may come from another realm than ours.
function textOf(error: unknown, name: 'code' | 'message'): string | undefined {
  if (typeof error !== 'object' || error === null || !(name in error)) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
