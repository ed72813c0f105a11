const mark = Buffer.from('<publish');

/**
 * Finds where publish elements begin in a document that passes by. Comments that look like one
 * count too.
 */
export class PublishFinder {
  readonly #found: ((at: number) => void) | undefined;
  /** The last bytes of what passed, one less than the mark has: it may end in the next chunk. */
  #tail: Buffer = Buffer.alloc(0);
  #passed = 0;
  #count = 0;

  /** @param found called with each position, in bytes from the document's beginning. */
  constructor(found?: (at: number) => void) {
    this.#found = found;
  }

  /** How many were found. */
  get count(): number {
    return this.#count;
  }

  /** The chunk may be used again by the caller afterwards. */
  pass(chunk: Buffer): void {
    const most = mark.length - 1;
    const seam = Buffer.concat([this.#tail, chunk.subarray(0, most)]);
    this.#look(seam, this.#passed - this.#tail.length);
    this.#look(chunk, this.#passed);
    const end = chunk.length < most ? seam : chunk;
    this.#tail = Buffer.from(end.subarray(Math.max(0, end.length - most)));
    this.#passed += chunk.length;
  }

  #look(data: Buffer, offset: number): void {
    for (let at = data.indexOf(mark); at >= 0; at = data.indexOf(mark, at + mark.length)) {
      this.#count += 1;
      this.#found?.(offset + at);
    }
  }
}
