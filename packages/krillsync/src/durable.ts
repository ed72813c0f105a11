import { execFile } from 'node:child_process';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  futimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { KrillsyncError } from './krillsync-error.ts';

const run = promisify(execFile);

/** Makes names in a directory survive a power loss. */
export function syncDirectory(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Replaces a file so that a reader, and a crash at any point, sees the old or the new content.
 *
 * @param temporary a name in the same file system; whatever stands there is overwritten.
 * @param mtime in seconds since 1970, if it is to be another time than now.
 */
export function replaceFile(
  path: string,
  temporary: string,
  content: Buffer,
  mtime?: number,
): void {
  const fd = openSync(temporary, 'w', 0o644);
  try {
    let written = 0;
    while (written < content.length) written += writeSync(fd, content, written);
    fchmodSync(fd, 0o644);
    if (mtime !== undefined) futimesSync(fd, mtime, mtime);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** Points a symbolic link elsewhere; at no instant is there none. */
export function replaceSymlink(path: string, temporary: string, target: string): void {
  rmSync(temporary, { force: true });
  symlinkSync(target, temporary);
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** Makes missing directories, and their names durable. */
export function makeDirectories(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o755 });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) syncDirectory(at);
  syncDirectory(dirname(first));
}

/**
 * Writes everything of one file system to disk. For a tree of thousands of files this is one
 * call instead of thousands, and Node has no call for it, so coreutils' `sync -f` does it.
 */
export async function syncFileSystem(path: string): Promise<void> {
  try {
    await run('sync', ['-f', path]);
  } catch (cause) {
    throw new KrillsyncError('local', `cannot write ${path} to disk with "sync -f"`, { cause });
  }
}
