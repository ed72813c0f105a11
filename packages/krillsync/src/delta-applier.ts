import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, KrillsyncError } from './krillsync-error.ts';
import { MadeDirectories } from './made-directories.ts';
import type { ObjectSink } from './scan-objects.ts';
import { TouchedDirectories } from './touched-directories.ts';
import { treePath, writeTreeObject } from './tree-writer.ts';
import type { RsyncUri } from './uri.ts';
import { showUri } from './uri.ts';

/** A delta does not fit what is there: it, or what is there, is wrong. The snapshot decides. */
export class DeltaMismatch extends KrillsyncError {
  constructor(message: string) {
    super('source', message);
    this.name = 'DeltaMismatch';
  }
}

/** Beyond that the snapshot costs no more, and needs no memory for it. */
const rememberedMaxCount = 200_000;
const absentCodes: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP'];
const clashCodes: readonly (string | undefined)[] = ['EEXIST', 'ENOTDIR', 'EISDIR'];

/**
 * Changes a tree that nobody reads yet by deltas (RFC 8182, 3.4.2). Its files may be hard links of
 * files in live trees: they are unlinked and made anew, never written.
 */
export class DeltaApplier implements ObjectSink {
  readonly #root: string;
  readonly #includesHost: boolean;
  readonly #touched: TouchedDirectories;
  readonly #directories: MadeDirectories;
  #objects: number;
  readonly #removed = new Set<string>();

  /** @param objects number of files in the tree before. */
  constructor(root: string, includesHost: boolean, objects: number) {
    this.#root = root;
    this.#directories = new MadeDirectories(root);
    this.#touched = new TouchedDirectories(root);
    this.#includesHost = includesHost;
    this.#objects = objects;
  }

  /** Files in the tree now. */
  get objects(): number {
    return this.#objects;
  }

  publish(uri: RsyncUri, content: Buffer, replaces: string | undefined): void {
    const path = treePath(uri, this.#includesHost);
    if (replaces !== undefined) this.#unlink(uri, path, replaces);
    try {
      writeTreeObject(this.#root, path, content, this.#directories);
    } catch (error) {
      if (error instanceof KrillsyncError)
        throw new DeltaMismatch(`${showUri(uri.text)} ${error.message}`);
      if (!clashCodes.includes(errorCode(error))) throw error;
      throw new DeltaMismatch(`${showUri(uri.text)} is published anew, its place is taken`);
    }
    this.#objects += 1;
    this.#removed.delete(path);
    this.#touchUp(path);
  }

  withdraw(uri: RsyncUri, expected: string): void {
    const path = treePath(uri, this.#includesHost);
    this.#unlink(uri, path, expected);
    this.#removed.add(path);
    this.#touchUp(path);
  }

  #unlink(uri: RsyncUri, path: string, expected: string): void {
    const found = hashOf(join(this.#root, path));
    if (found !== expected) {
      const is = found === undefined ? 'is not there' : `has hash ${found}`;
      throw new DeltaMismatch(`${showUri(uri.text)} ${is}, the delta expects ${expected}`);
    }
    unlinkSync(join(this.#root, path));
    this.#objects -= 1;
  }

  #touchUp(path: string): void {
    this.#touched.touchAbove(path);
    if (this.#touched.count + this.#removed.size <= rememberedMaxCount) return;
    throw new DeltaMismatch(`the deltas change more than ${rememberedMaxCount} places`);
  }

  /** Removes directories that became empty, and gives the others their time. */
  finish(): void {
    this.#touched.finish();
  }
}

function hashOf(path: string): string | undefined {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return fstatSync(fd).isFile() ? hash('sha256', readFileSync(fd)) : undefined;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (absentCodes.includes(errorCode(error))) return undefined;
    throw error;
  }
}
