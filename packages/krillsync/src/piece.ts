import { closeSync, openSync, readSync } from 'node:fs';
import { chunkBytes } from './limits.ts';
import type { Version } from './rrdp-root.ts';
import { RrdpScanner } from './rrdp-scanner.ts';
import { type ObjectSink, objectHandler } from './scan-objects.ts';

/** A snapshot or delta, or a part of one that begins and ends between two elements. */
export interface Piece {
  readonly file: string;
  readonly kind: 'snapshot' | 'delta';
  /** Its name in messages. */
  readonly what: string;
  readonly promised: Version;
  /** In bytes from the file's beginning; `from` is in the piece, `to` is not. */
  readonly from: number;
  readonly to: number;
  readonly isLast: boolean;
}

/**
 * Decides where a document is cut: before an element, once enough bytes have passed. A mark that
 * is not an element's beginning, in a comment, is noticed when the piece before it is scanned.
 */
export class Cutter {
  readonly #pieceBytes: number;
  readonly #cuts: number[] = [0];

  constructor(pieceBytes: number) {
    this.#pieceBytes = pieceBytes;
  }

  /** Elements begin here, in growing order. */
  mark(at: number): void {
    const last = this.#cuts.at(-1) ?? 0;
    if (at - last >= this.#pieceBytes) this.#cuts.push(at);
  }

  /** Ends of all pieces but the last one, so far; each is given once. */
  take(upTo: number): readonly [from: number, to: number][] {
    const pieces: [number, number][] = [];
    for (;;) {
      const [from, to] = this.#cuts;
      if (from === undefined || to === undefined || to > upTo) return pieces;
      pieces.push([from, to]);
      this.#cuts.shift();
    }
  }

  /** Where the last piece begins. */
  get rest(): number {
    return this.#cuts[0] ?? 0;
  }
}

/** Reads pieces, one after the other, with one buffer. */
export class PieceReader {
  #buffer = Buffer.alloc(0);

  /** Gives the piece's objects to `sink`. @throws KrillsyncError if it is not sound. */
  scan({ file, kind, what, promised, from, to, isLast }: Piece, sink: ObjectSink): void {
    const handler = objectHandler(kind, what, promised, sink);
    const within = from === 0 ? undefined : { root: kind, before: from };
    const scanner = new RrdpScanner(what, handler, within);
    const fd = openSync(file, 'r');
    try {
      for (let at = from; at < to; ) {
        const space = this.#space(to - at);
        const size = readSync(fd, space, 0, space.length, at);
        if (size === 0) break;
        scanner.write(space.subarray(0, size));
        at += size;
      }
    } finally {
      closeSync(fd);
    }
    if (isLast) scanner.end();
    else scanner.pause();
  }

  /** A whole piece, if it is not much longer than usual: what is read at once is never joined. */
  #space(size: number): Buffer {
    const wanted = Math.min(size, 2 * chunkBytes);
    if (this.#buffer.length < wanted) this.#buffer = Buffer.allocUnsafe(wanted);
    return this.#buffer.subarray(0, wanted);
  }
}
