import { rmdirSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from './krillsync-error.ts';
import { directoryTime } from './made-directories.ts';

/** Directories of a tree in which something was changed. */
export class TouchedDirectories {
  readonly #root: string;
  readonly #paths = new Set<string>(['.']);

  constructor(root: string) {
    this.#root = root;
  }

  get count(): number {
    return this.#paths.size;
  }

  /** All above a file: a new one may have made them all. */
  touchAbove(path: string): void {
    for (let at = dirname(path); !this.#paths.has(at); at = dirname(at)) this.#paths.add(at);
  }

  /** Removes those that became empty, and gives the others their time. */
  finish(): void {
    const deepestFirst = [...this.#paths].toSorted((a, b) => depth(b) - depth(a));
    for (const path of deepestFirst) {
      const directory = join(this.#root, path);
      if (path !== '.' && removeIfEmpty(directory)) continue;
      utimesSync(directory, directoryTime, directoryTime);
    }
  }
}

const depth = (path: string): number => (path === '.' ? 0 : path.split('/').length);

/** @returns whether there is no such directory any more. */
function removeIfEmpty(directory: string): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOTEMPTY') return false;
    if (goneCodes.includes(errorCode(error))) return true;
    throw error;
  }
}

const goneCodes: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR'];
