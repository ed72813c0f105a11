import { type Element, elements, parseDocument, text } from './element.ts';

/** What every `gluster --xml` command prints around its result. */
export interface CliOutput {
  /** 0 is success. */
  readonly opRet: number;
  /** One of {@link errnos} or of the command's own; not always set for a failure. */
  readonly opErrno: number;
  readonly opErrstr: string;
  readonly body: Element;
}

/** glusterd's error numbers (rpc/rpc-lib/src/protocol-common.h and glusterd-errno.h). */
export const errnos = {
  /** Another transaction holds the pool's lock. */
  busy: 30802,
  noVolume: 30806,
  /** ENOTCONN */
  unreachable: 107,
} as const;

/** Null for what is not gluster's XML: its own time-out is told in prose. */
export function parseCliOutput(stdout: string): CliOutput | null {
  const [body] = elements(parseDocument(stdout), 'cliOutput');
  if (!body || text(body, 'opRet') === '') return null;
  return {
    opRet: Number(text(body, 'opRet')),
    opErrno: Number(text(body, 'opErrno')),
    opErrstr: text(body, 'opErrstr'),
    body,
  };
}
