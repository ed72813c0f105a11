import { Secret } from '@krillmanager/core';
import { unfit } from './given-file.ts';
import { readSecretFile } from './read-secret-file.ts';

const shortest = 32;
const option = '--join-secret-file';

/**
 * The secret by which a slave knows its master.
 * @throws UserError (usage)
 */
export async function readJoinSecret(file: string): Promise<Secret> {
  const text = (await readSecretFile(option, file)).trim();
  if (/^[\x21-\x7e]+$/.test(text) && text.length >= shortest) return new Secret(text);
  throw unfit(
    `${option}: ${file} holds no secret`,
    `write one line of ${shortest} characters or more: openssl rand -hex 32 > ${file}`,
  );
}
