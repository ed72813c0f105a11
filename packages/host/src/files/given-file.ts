import { readFile } from 'node:fs/promises';
import { UserError } from '@krillmanager/core';
import { errorCode } from './error-code.ts';

/** The text of a file that a key of the configuration names. @throws UserError (usage) */
export async function readGivenFile(key: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const because = `${key}: cannot read ${file}: ${errorCode(cause)}`;
    throw unfit(because, 'write it, or correct its name', cause);
  }
}

/** What the configuration gives cannot be used: a fault of usage. */
export const unfit = (message: string, hint: string, cause?: unknown): UserError =>
  new UserError(message, { hint, exitCode: 2, cause });
