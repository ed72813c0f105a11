import { existsSync, lstatSync, readdirSync, readlinkSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceSymlink } from './durable.ts';
import { KrillsyncError } from './krillsync-error.ts';
import type { Version } from './rrdp-root.ts';
import type { RsyncSetup, Setup } from './setup.ts';

/** Everything of ours in the rsync directory that is not finished, or no longer wanted. */
export const temporaryPrefix = '.krillsync-';
const treePattern = /^session_([0-9a-f-]{36})_serial_([0-9]+)(?:_r[0-9]+)?$/i;

/** Name of the tree that `current` points to, whether or not that exists. */
export function currentTree(dir: string): string | undefined {
  try {
    return readlinkSync(join(dir, 'current'));
  } catch {
    return undefined;
  }
}

/**
 * The tree's directory: the peer's name for it. A tree that has to be made again, because files of
 * it are missing, gets a suffix: the one that clients are reading is never written.
 */
export const treeName = ({ session, serial }: Version, again: number): string =>
  `session_${session}_serial_${serial}${again === 0 ? '' : `_r${again}`}`;

/** Undefined for another name than a tree's. */
export function versionOf(name: string): Version | undefined {
  const [, session, serial] = treePattern.exec(name) ?? [];
  if (session === undefined) return undefined;
  return { session: session.toLowerCase(), serial: Number(serial) };
}

/** When `current` may be switched again, in ms since 1970; its own time tells when it was last. */
export function switchDueAt(setup: Pick<Setup, 'now'>, { dir, everyMs }: RsyncSetup): number {
  const found = lstatSync(join(dir, 'current'), { throwIfNoEntry: false });
  if (!found?.isSymbolicLink() || found.mtimeMs > setup.now()) return 0;
  return found.mtimeMs + everyMs;
}

/** The version that rsync clients get now. */
export const currentVersion = ({ dir }: RsyncSetup): Version | undefined =>
  versionOf(currentTree(dir) ?? '');

/** rsyncd resolves the link when a client connects, so a switch does not touch those connected. @returns whether there was something to do. */
export function switchTree(dir: string, name: string): boolean {
  if (currentTree(dir) === name) return false;
  const path = join(dir, 'current');
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new KrillsyncError('local', `${path} is a directory; move it away, a link belongs there`);
  }
  // Relative: the servers see this directory under another path than we do.
  replaceSymlink(path, join(dir, `${temporaryPrefix}current`), name);
  return true;
}

export async function clearTemporary(dir: string, kept: readonly string[] = []): Promise<void> {
  for (const name of namesIn(dir)) {
    if (!name.startsWith(temporaryPrefix) || kept.includes(name)) continue;
    await rm(join(dir, name), { recursive: true, force: true });
  }
}

/** Under another name first: what is half removed must not pass for a tree. */
export async function removeTree(dir: string, name: string): Promise<void> {
  const temporary = join(dir, `${temporaryPrefix}gone`);
  await rm(temporary, { recursive: true, force: true });
  renameSync(join(dir, name), temporary);
  await rm(temporary, { recursive: true });
}

export const treesIn = (dir: string): readonly string[] =>
  namesIn(dir).filter((name) => treePattern.test(name));

const namesIn = (dir: string): readonly string[] => (existsSync(dir) ? readdirSync(dir) : []);
