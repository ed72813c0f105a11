import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileAccess } from '@krillmanager/core';

const exclusively =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Replaces the file so that a reader, and a power cut, find either the old content or the new.
 * The directory must exist.
 */
export async function writeAtomically(
  path: string,
  content: string | Buffer,
  access: FileAccess,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    await writeNew(temporary, content, access);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function writeNew(path: string, content: string | Buffer, { mode, uid, gid }: FileAccess) {
  // Nobody may read a secret between creation and chown.
  await using file = await open(path, exclusively, 0o600);
  await file.writeFile(content);
  await file.chown(uid, gid);
  await file.chmod(mode);
  await file.sync();
}

/** A rename is durable when its directory is. */
async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  await directory.sync();
}
