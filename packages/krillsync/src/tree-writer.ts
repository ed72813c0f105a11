import {
  closeSync,
  type Dirent,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { breathe } from './breathe.ts';
import { errorCode, refuse } from './krillsync-error.ts';
import { objectTime } from './object-time.ts';
import type { ObjectSink } from './scan-objects.ts';
import type { RsyncUri } from './uri.ts';
import { showUri } from './uri.ts';

/** RFC 9589 leaves directories open; with a constant, rsync never has one to update. */
export const directoryTime = 0;
/** Those of the largest real repositories; a hostile source must not fill the memory with them. */
const rememberedDirectories = 100_000;
const clashCodes: readonly (string | undefined)[] = ['EEXIST', 'ENOTDIR', 'EISDIR'];

/**
 * Writes the objects of a snapshot as files below `root`, which must be new and empty: that nothing
 * is ever overwritten is how a duplicate and a clash are noticed without remembering every path.
 */
export class TreeWriter implements ObjectSink {
  readonly #root: string;
  readonly #includesHost: boolean;
  readonly #made = new Set<string>();
  #forgot = false;
  #objects = 0;

  constructor(root: string, includesHost: boolean) {
    this.#root = root;
    this.#includesHost = includesHost;
  }

  publish(uri: RsyncUri, content: Buffer): void {
    const path = treePath(uri, this.#includesHost);
    try {
      writeTreeObject(this.#root, path, content, this.#made);
    } catch (error) {
      if (!clashCodes.includes(errorCode(error))) throw error;
      const reason = 'has the place of another object, or of a directory that one needs';
      throw refuse(`URI ${showUri(uri.text)} ${reason}`);
    }
    this.#objects += 1;
    if (this.#made.size < rememberedDirectories) return;
    this.#made.clear();
    this.#forgot = true;
  }

  withdraw(): void {}

  /** Gives the directories their time. @returns the number of files. */
  async seal(stop: AbortSignal): Promise<number> {
    if (this.#forgot) return sealTree(this.#root, stop);
    utimesSync(this.#root, directoryTime, directoryTime);
    let seen = 0;
    for (const directory of this.#made) {
      utimesSync(`${this.#root}/${directory}`, directoryTime, directoryTime);
      seen += 1;
      if (seen % 500 === 0) await breathe(stop);
    }
    return this.#objects;
  }
}

/**
 * @param made directories that are known to be there; it is filled.
 * @throws EEXIST, ENOTDIR or EISDIR when something has the place.
 */
export function writeTreeObject(
  root: string,
  path: string,
  content: Buffer,
  made: Set<string>,
): void {
  makeDirectory(root, path, made);
  writeObject(`${root}/${path}`, content, objectTime(path, content));
}

export const treePath = ({ authority, module, path }: RsyncUri, includesHost: boolean): string =>
  includesHost ? `${authority}/${module}/${path}` : path;

function makeDirectory(root: string, path: string, made: Set<string>): void {
  const slash = path.lastIndexOf('/');
  const directory = slash < 0 ? '' : path.slice(0, slash);
  if (slash < 0 || made.has(directory)) return;
  mkdirSync(`${root}/${directory}`, { recursive: true, mode: 0o755 });
  // With the directories above it, which may have been made too.
  for (let at = directory; at !== '' && !made.has(at); at = parentOf(at)) made.add(at);
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function writeObject(path: string, content: Buffer, time: number): void {
  const fd = openSync(path, 'wx', 0o644);
  try {
    for (let at = 0; at < content.length; ) at += writeSync(fd, content, at);
    futimesSync(fd, time, time);
  } finally {
    closeSync(fd);
  }
}

/** Gives the directories of a finished tree their time. @returns the number of files in it. */
async function sealTree(root: string, stop: AbortSignal): Promise<number> {
  let files = 0;
  for await (const { directory, fileCount } of walkTree(root, stop)) {
    files += fileCount;
    utimesSync(directory, directoryTime, directoryTime);
  }
  return files;
}

export async function countFiles(root: string, stop: AbortSignal): Promise<number> {
  let files = 0;
  for await (const { fileCount } of walkTree(root, stop)) files += fileCount;
  return files;
}

/** How many files of a tree are not in another one, by path. */
export async function countMissing(from: string, to: string, stop: AbortSignal): Promise<number> {
  let missing = 0;
  for await (const { directory, entries } of walkTree(from, stop)) {
    const other = to + directory.slice(from.length);
    const isThere = ({ name }: Dirent) =>
      lstatSync(`${other}/${name}`, { throwIfNoEntry: false })?.isFile() === true;
    missing += entries.filter((entry) => entry.isFile() && !isThere(entry)).length;
  }
  return missing;
}

async function* walkTree(
  root: string,
  stop: AbortSignal,
): AsyncGenerator<{ directory: string; entries: readonly Dirent[]; fileCount: number }> {
  const waiting = [root];
  for (let seen = 1; waiting.length > 0; seen += 1) {
    const directory = waiting.pop() ?? root;
    const entries = readdirSync(directory, { withFileTypes: true });
    for (const entry of entries) if (entry.isDirectory()) waiting.push(join(directory, entry.name));
    yield { directory, entries, fileCount: entries.filter((entry) => entry.isFile()).length };
    if (seen % 500 === 0) await breathe(stop);
  }
}
