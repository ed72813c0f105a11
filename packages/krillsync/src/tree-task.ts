import { countInDirectories } from './count-files.ts';
import { type Following, followDeltas } from './follow-deltas.ts';
import { linkDirectories } from './link-directories.ts';
import { type Piece, PieceReader } from './piece.ts';
import { TreeWriter } from './tree-writer.ts';

/** A part of the work on a tree; plain data, so that any thread can do it. */
export type TreeTask =
  | { readonly do: 'write'; readonly tree: NewTree; readonly piece: Piece }
  /** The directories that were made by `write` get their time. */
  | { readonly do: 'seal'; readonly tree: NewTree }
  | {
      readonly do: 'link';
      readonly from: string;
      readonly to: string;
      readonly directories: readonly string[];
      readonly isDeep: boolean;
    }
  | {
      readonly do: 'count';
      readonly root: string;
      readonly directories: readonly string[];
      readonly isDeep: boolean;
    }
  | { readonly do: 'follow'; readonly following: Following };

export interface NewTree {
  readonly root: string;
  readonly includesHost: boolean;
}

export interface TaskResult {
  /** How many were written, linked or counted; by how many there are more now. */
  readonly files: number;
  /** Directories that were left to others. */
  readonly directories: readonly string[];
  /** Of `seal`: there were too many directories to remember, so somebody has to look for them. */
  readonly hasForgotten: boolean;
}

/** Does tasks; remembers from `write` to `seal` what it made in a tree. */
export class Workshop {
  readonly #writers = new Map<string, TreeWriter>();
  readonly #reader = new PieceReader();

  do(task: TreeTask): TaskResult {
    const { files = 0, directories = [], hasForgotten = false } = this.#do(task);
    return { files, directories, hasForgotten };
  }

  #do(task: TreeTask): Partial<TaskResult> {
    switch (task.do) {
      case 'write':
        return this.#write(this.#writerOf(task.tree), task.piece);
      case 'seal':
        return this.#seal(task.tree);
      case 'link':
        return linkDirectories(task.from, task.to, task.directories, task.isDeep);
      case 'count':
        return countInDirectories(task.root, task.directories, task.isDeep);
      case 'follow':
        return { files: followDeltas(task.following, this.#reader) };
    }
  }

  #write(writer: TreeWriter, piece: Piece): Partial<TaskResult> {
    const before = writer.objects;
    this.#reader.scan(piece, writer);
    return { files: writer.objects - before };
  }

  #writerOf(tree: NewTree): TreeWriter {
    const known = this.#writers.get(tree.root);
    if (known) return known;
    const writer = new TreeWriter(tree.root, tree.includesHost);
    this.#writers.set(tree.root, writer);
    return writer;
  }

  #seal({ root }: NewTree): Partial<TaskResult> {
    const hasForgotten = this.#writers.get(root)?.seal() === false;
    this.#writers.delete(root);
    return { hasForgotten };
  }
}
