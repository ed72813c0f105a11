import { mkdirSync, utimesSync } from 'node:fs';

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

  constructor(root: string) {
    this.#root = root;
  }

  /** Makes those above a file. @throws ENOTDIR or EEXIST when a file has the place of one. */
  makeFor(path: string): void {
    const directory = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (this.#known.has(directory)) return;
    if (this.#known.size >= rememberedMaxCount) this.#forget();
    const first = mkdirSync(`${this.#root}/${directory}`, { recursive: true, mode: 0o755 });
    const made = first?.slice(this.#root.length + 1);
    for (let at = directory; !this.#known.has(at); at = parentOf(at)) {
      this.#known.set(at, made !== undefined && at.length >= made.length);
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
