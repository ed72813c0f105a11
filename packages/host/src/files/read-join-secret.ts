import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { Secret, UserError } from '@krillmanager/core';
import { errorCode } from './error-code.ts';

const shortest = 32;
const othersMask = 0o077;

/**
 * The secret by which a slave knows its master. Nobody but root may have been able to read it.
 * @throws UserError (usage)
 */
export async function readJoinSecret(file: string): Promise<Secret> {
  await using opened = await opening(file);
  const { mode, uid } = await opened.stat();
  const isOurs = uid === (process.getuid?.() ?? uid);
  if (!isOurs || (mode & othersMask) !== 0 || (mode & constants.S_IFMT) !== constants.S_IFREG) {
    const found = `${(mode & 0o7777).toString(8).padStart(4, '0')}, owner ${uid}`;
    throw wrong(
      file,
      `can be read by others (mode ${found})`,
      `chown root ${file}; chmod 600 ${file}`,
    );
  }
  const text = (await opened.readFile('utf8')).trim();
  if (/^[\x21-\x7e]+$/.test(text) && text.length >= shortest) return new Secret(text);
  const hint = `write one line of ${shortest} characters or more: openssl rand -hex 32 > ${file}`;
  throw wrong(file, 'holds no secret', hint);
}

async function opening(file: string) {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw wrong(
      file,
      `cannot be read: ${errorCode(cause)}`,
      'give the file itself, not a link',
      cause,
    );
  }
}

const wrong = (file: string, what: string, hint: string, cause?: unknown): UserError =>
  new UserError(`--join-secret-file: ${file} ${what}`, { hint, exitCode: 2, cause });
