import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { errorCode } from './error-code.ts';
import { unfit } from './given-file.ts';

const othersMask = 0o077;

/**
 * The text of a file that nobody but its owner, who is us, may have been able to read.
 * @param what names the file: an option, or a key of the configuration
 * @throws UserError (usage)
 */
export async function readSecretFile(what: string, file: string): Promise<string> {
  await using opened = await opening(what, file);
  const { mode, uid } = await opened.stat();
  const isOurs = uid === (process.getuid?.() ?? uid);
  if (!isOurs || (mode & othersMask) !== 0 || (mode & constants.S_IFMT) !== constants.S_IFREG) {
    const found = `${(mode & 0o7777).toString(8).padStart(4, '0')}, owner ${uid}`;
    throw unfit(
      `${what}: ${file} can be read by others (mode ${found})`,
      `chown root ${file}; chmod 600 ${file}`,
    );
  }
  return opened.readFile('utf8');
}

async function opening(what: string, file: string) {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    const code = errorCode(cause);
    const hint =
      code === 'ELOOP' ? 'give the file itself, not a link' : 'write it, or correct its name';
    throw unfit(`${what}: ${file} cannot be read: ${code}`, hint, cause);
  }
}
