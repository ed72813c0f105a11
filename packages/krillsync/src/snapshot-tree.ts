import { mkdirSync, utimesSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { chunkBytes } from './limits.ts';
import { directoryTime } from './made-directories.ts';
import { Cutter, type Piece } from './piece.ts';
import { PublishFinder } from './publish-finder.ts';
import type { Version } from './rrdp-root.ts';
import type { Onlooker } from './stage-file.ts';
import type { ThreadCrew } from './thread-crew.ts';
import type { NewTree, TaskResult } from './tree-task.ts';
import { sealTree } from './walk-tree.ts';

export type SnapshotFile = Pick<Piece, 'file' | 'what'> & { readonly promised: Version };

/**
 * Writes a snapshot's objects as files, by several threads, already while the snapshot's own file
 * grows. Pieces that are sound each for itself, from one element's beginning to the next one's, make
 * a sound document; whatever is not sound has to be read in one go to know what is wrong.
 */
export class SnapshotTree implements Onlooker {
  readonly #crew: ThreadCrew;
  readonly #tree: NewTree;
  readonly #snapshot: SnapshotFile;
  readonly #cutter: Cutter;
  readonly #pieces: Promise<TaskResult>[] = [];
  #size = 0;

  /** @param tree nothing is there yet. */
  constructor(crew: ThreadCrew, tree: NewTree, snapshot: SnapshotFile) {
    this.#crew = crew;
    this.#tree = tree;
    this.#snapshot = snapshot;
    this.#cutter = new Cutter(crew.limits.pieceBytes);
  }

  publish(at: number): void {
    this.#cutter.mark(at);
  }

  written(size: number): void {
    this.#size = size;
    if (!this.isLarge) return;
    if (this.#pieces.length === 0) mkdirSync(this.#tree.root, { recursive: true, mode: 0o755 });
    for (const [from, to] of this.#cutter.take(size)) this.#write(from, to, false);
  }

  /** Whether threads are worth it; nothing is written if not. */
  get isLarge(): boolean {
    return this.#size >= this.#crew.limits.snapshotBytes;
  }

  #write(from: number, to: number, isLast: boolean): void {
    const piece: Piece = { ...this.#snapshot, kind: 'snapshot', from, to, isLast };
    const written = this.#crew.do({ do: 'write', tree: this.#tree, piece });
    // It is awaited in the end; a rejection before is not an oversight.
    written.catch(() => {});
    this.#pieces.push(written);
  }

  /** All of the snapshot's file is there. @returns the number of files. */
  async finish(stop: AbortSignal): Promise<number> {
    this.#write(this.#cutter.rest, this.#size, true);
    let files = 0;
    for (const piece of await Promise.all(this.#pieces)) files += piece.files;
    const sealed = await this.#crew.all({ do: 'seal', tree: this.#tree });
    const { root } = this.#tree;
    if (sealed.some(({ hasForgotten }) => hasForgotten)) await sealTree(root, stop);
    else utimesSync(root, directoryTime, directoryTime);
    return files;
  }

  /** Reads a snapshot's file that is complete. */
  async readAll(stop: AbortSignal): Promise<void> {
    const handle = await open(this.#snapshot.file, 'r');
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const finder = new PublishFinder((at) => this.publish(at));
    try {
      for (let size = 0; ; ) {
        const { bytesRead } = await handle.read(buffer, 0, chunkBytes, size);
        if (bytesRead === 0) return;
        stop.throwIfAborted();
        size += bytesRead;
        finder.pass(buffer.subarray(0, bytesRead));
        this.written(size);
      }
    } finally {
      await handle.close();
    }
  }
}
