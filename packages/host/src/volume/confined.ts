import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { errorCode } from '../files/error-code.ts';

const directoryItself = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * The names of a path below a root; none for the root itself.
 * @throws Error for a path that is absolute or has empty, "." or ".." parts.
 */
export function partsOf(path: string): readonly string[] {
  if (path === '') return [];
  const parts = path.split('/');
  const bad = parts.some((part) => ['', '.', '..'].includes(part) || part.includes('\0'));
  if (bad) throw new Error(`"${path}" is not a path below the root of the volume`);
  return parts;
}

/**
 * Opens the directory below the root, one name after the other and never through a symbolic link:
 * node has no openat(2), but a name below /proc/self/fd/N is looked up in the directory that N is.
 */
export async function enter(
  root: string,
  parts: readonly string[],
  missing: 'fail' | 'make',
): Promise<FileHandle> {
  let directory = await open(root, directoryItself);
  for (const part of parts) {
    await using left = directory;
    directory = await openBelow(left, part, missing);
  }
  return directory;
}

async function openBelow(parent: FileHandle, name: string, missing: 'fail' | 'make') {
  const path = below(parent, name);
  if (missing === 'make') await makeDirectory(path);
  return await open(path, directoryItself);
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, 0o755);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** A path for an entry of this very directory, whatever happens to the names above it. */
export const below = ({ fd }: FileHandle, name: string): string => `/proc/self/fd/${fd}/${name}`;
