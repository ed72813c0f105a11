import { chmod, chown, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FileAccess, FileEncoding, HostFiles } from '@krillmanager/core';
import { orWhenMissing } from './error-code.ts';
import { writeAtomically } from './write-atomically.ts';

/** The machine's own files. Errors are those of the system calls. */
export const hostFiles = (): HostFiles => ({
  read: (path, encoding = 'utf8') => orWhenMissing(null, readFile(path, encoding)),
  write,
  directory,
  list: async (path) => (await orWhenMissing([], readdir(path))).toSorted(),
  remove: (path) => rm(path, { recursive: true, force: true }),
});

async function write(
  path: string,
  content: string,
  access: FileAccess,
  encoding: FileEncoding = 'utf8',
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  await writeAtomically(path, Buffer.from(content, encoding), access);
}

async function directory(path: string, { mode, uid, gid }: FileAccess): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  await chown(path, uid, gid);
  // After chown, which takes the set-id bits away; and beyond the reach of the umask.
  await chmod(path, mode);
}
