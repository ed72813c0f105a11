import { closeSync, futimesSync, openSync, writeSync } from 'node:fs';
import { errorCode, KrillsyncError, messageOf, refuse } from './krillsync-error.ts';
import { MadeDirectories } from './made-directories.ts';
import { objectTime } from './object-time.ts';
import type { ObjectSink } from './scan-objects.ts';
import type { RsyncUri } from './uri.ts';
import { showUri } from './uri.ts';

const clashCodes: readonly (string | undefined)[] = ['EEXIST', 'ENOTDIR', 'EISDIR'];

/**
 * Writes the objects of a snapshot as files below `root`, which must be new and empty: that nothing
 * is ever overwritten is how a duplicate and a clash are noticed without remembering every path.
 */
export class TreeWriter implements ObjectSink {
  readonly #root: string;
  readonly #includesHost: boolean;
  readonly #directories: MadeDirectories;
  #objects = 0;

  constructor(root: string, includesHost: boolean) {
    this.#root = root;
    this.#includesHost = includesHost;
    this.#directories = new MadeDirectories(root);
  }

  get objects(): number {
    return this.#objects;
  }

  publish(uri: RsyncUri, content: Buffer): void {
    const path = treePath(uri, this.#includesHost);
    try {
      writeTreeObject(this.#root, path, content, this.#directories);
    } catch (error) {
      const clash = 'has the place of another object, or of a directory that one needs';
      const isClash = clashCodes.includes(errorCode(error));
      if (!isClash && !(error instanceof KrillsyncError)) throw error;
      throw refuse(`URI ${showUri(uri.text)} ${isClash ? clash : messageOf(error)}`);
    }
    this.#objects += 1;
  }

  withdraw(): void {}

  /** Gives the directories that it made their time. @returns false when it has not all of them. */
  seal(): boolean {
    return this.#directories.seal();
  }
}

/**
 * @throws EEXIST, ENOTDIR or EISDIR when something has the place.
 */
export function writeTreeObject(
  root: string,
  path: string,
  content: Buffer,
  directories: MadeDirectories,
): void {
  directories.makeFor(path);
  writeObject(`${root}/${path}`, content, objectTime(path, content));
}

export const treePath = ({ authority, module, path }: RsyncUri, includesHost: boolean): string =>
  includesHost ? `${authority}/${module}/${path}` : path;

function writeObject(path: string, content: Buffer, time: number): void {
  const fd = openSync(path, 'wx', 0o644);
  try {
    for (let at = 0; at < content.length; ) at += writeSync(fd, content, at);
    futimesSync(fd, time, time);
  } finally {
    closeSync(fd);
  }
}
