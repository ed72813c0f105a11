import { mkdirSync, utimesSync } from 'node:fs';
import { refuse } from './krillsync-error.ts';
import { directoriesFreeCount, directoriesMaxRatio } from './limits.ts';

/** RFC 9589 leaves directories open; with a constant, rsync never has one to update. */
export const directoryTime = 0;
/** Those of the largest real repositories; a hostile source must not fill the memory with them. */
const rememberedMaxCount = 100_000;

/** Directories of a tree that are known to be there, so that each is made once. */
export class MadeDirectories {
  readonly #root: string;
  /** Whether they were made here, or had been there. */
  readonly #known = new Map<string, boolean>([['', false]]);

  #hasForgotten = false;
  /** Made here, and the files that they were made for. */
  #made = 0;
  #files = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Makes those above a file.
   *
   * @throws ENOTDIR or EEXIST when a file has the place of one; KrillsyncError when there are too
   * many of them: each takes a block of the disk and an inode, and only a few bytes at the source.
   */
  makeFor(path: string): void {
    this.#files += 1;
    const directory = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (this.#known.has(directory)) return;
    if (this.#known.size >= rememberedMaxCount) this.#forget();
    const first = mkdirSync(`${this.#root}/${directory}`, { recursive: true, mode: 0o755 });
    const made = first?.slice(this.#root.length + 1);
    for (let at = directory; !this.#known.has(at); at = parentOf(at)) {
      const isMadeHere = made !== undefined && at.length >= made.length;
      this.#known.set(at, isMadeHere);
      if (isMadeHere) this.#made += 1;
    }
    if (this.#made > directoriesFreeCount + directoriesMaxRatio * this.#files) {
      throw refuse(`needs too many directories: ${this.#made} for ${this.#files} objects`);
    }
  }

  /**
   * Gives those that were made here their time.
   *
   * @returns false when there were too many to remember: somebody has to look for the others.
   */
  seal(): boolean {
    for (const [directory, isMadeHere] of this.#known) {
      if (isMadeHere) utimesSync(`${this.#root}/${directory}`, directoryTime, directoryTime);
    }
    return !this.#hasForgotten;
  }

  #forget(): void {
    this.#known.clear();
    this.#known.set('', false);
    this.#hasForgotten = true;
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
