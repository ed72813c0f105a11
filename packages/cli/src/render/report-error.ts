import { messageOf, NodeErrors, UserError } from '@krillmanager/core';

interface Output {
  write(text: string): unknown;
}

export interface Reporting {
  readonly stderr: Output;
  /** Gets one JSON object for programs; absent: people only read. */
  readonly json?: Output;
}

/** Says what failed and what to do next; returns the exit code. */
export function reportError(error: unknown, { stderr, json }: Reporting): number {
  const exitCode = error instanceof UserError ? error.exitCode : 1;
  stderr.write(errorText(error));
  json?.write(`${JSON.stringify({ ok: false, exitCode, ...told(error) })}\n`);
  return exitCode;
}

/** What programs get of it. */
const told = (error: unknown): object => ({
  message: messageOf(error),
  hint: error instanceof UserError ? (error.hint ?? null) : null,
  ...(error instanceof NodeErrors && { findings: error.findings.map(told) }),
});

/** Whether the words of a command line ask for JSON; those behind `krillc` are not ours. */
export const asksForJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('krillc');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
};

export function errorText(error: unknown): string {
  if (error instanceof NodeErrors) {
    return `✗ ${error.message}\n${error.findings.map((f) => indent(errorText(f))).join('')}`;
  }
  if (error instanceof UserError) {
    return `✗ ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `✗ unexpected: ${detail}\n  this is a fault of krillmanager itself: please report it\n`;
}

const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');
