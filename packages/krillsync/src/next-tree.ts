import type { BaseTree } from './base-tree.ts';

/**
 * The copy of the live tree that a daemon has ready for the next update. Only in memory: what a
 * daemon that was killed had ready goes with its other left-overs.
 */
export class NextTree {
  #tree: BaseTree | undefined;

  get tree(): BaseTree | undefined {
    return this.#tree;
  }

  put(tree: BaseTree): void {
    this.#tree = tree;
  }

  forget(): void {
    this.#tree = undefined;
  }
}
