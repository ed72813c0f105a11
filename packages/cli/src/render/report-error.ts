import { NodeErrors, UserError } from '@krillmanager/core';

/** Says what failed and what to do next; returns the exit code. */
export function reportError(error: unknown, stderr: { write(text: string): unknown }): number {
  stderr.write(errorText(error));
  return error instanceof UserError ? error.exitCode : 1;
}

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
