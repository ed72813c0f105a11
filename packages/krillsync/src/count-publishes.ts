import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { breathe } from './breathe.ts';
import { refuse } from './krillsync-error.ts';
import { chunkBytes, tagMaxBytes } from './limits.ts';
import { type RrdpHandler, RrdpScanner } from './rrdp-scanner.ts';

const mark = Buffer.from('<publish');

/** How often a publish element begins in a file. Comments that look like one count too. */
export async function countPublishes(path: string, stop: AbortSignal): Promise<number> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const fd = openSync(path, 'r');
  let kept = 0;
  let count = 0;
  try {
    for (;;) {
      const size = readSync(fd, buffer, kept, chunkBytes - kept, null);
      if (size === 0) return count;
      const data = buffer.subarray(0, kept + size);
      count += occurrences(data);
      // One byte less than the mark: it may begin in this chunk and end in the next one.
      kept = Math.min(mark.length - 1, data.length);
      data.copy(buffer, 0, data.length - kept);
      await breathe(stop);
    }
  } finally {
    closeSync(fd);
  }
}

function occurrences(data: Buffer): number {
  let count = 0;
  for (let at = data.indexOf(mark); at >= 0; at = data.indexOf(mark, at + mark.length)) count += 1;
  return count;
}

/** Checks a snapshot's beginning, up to its root's tag, and that it is not cut short. */
export function requireEnds(path: string, handler: RrdpHandler, what: string): void {
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    const head = Buffer.alloc(Math.min(size, 2 * tagMaxBytes));
    readSync(fd, head, 0, head.length, 0);
    readRoot(head, handler, what);
    const tail = Buffer.alloc(Math.min(size, tagMaxBytes));
    readSync(fd, tail, 0, tail.length, size - tail.length);
    const text = tail.toString('latin1').replace(/(<!--[^>]*-->|\s)+$/, '');
    if (!/(<\/snapshot\s*>|<snapshot[^<]*\/>)$/.test(text))
      throw refuse(`${what}: is not complete`);
  } finally {
    closeSync(fd);
  }
}

function readRoot(head: Buffer, handler: RrdpHandler, what: string): void {
  let isSeen = false;
  const scanner = new RrdpScanner(what, {
    root: (name, attributes) => {
      handler.root(name, attributes);
      isSeen = true;
    },
    element() {},
  });
  // Only as far as needed: the last element in it is cut off.
  for (let at = 0; at < head.length && !isSeen; ) {
    const end = head.indexOf('>', at) + 1 || head.length;
    scanner.write(head.subarray(at, end));
    at = end;
  }
  if (!isSeen) throw refuse(`${what}: no root element at its beginning`);
}
