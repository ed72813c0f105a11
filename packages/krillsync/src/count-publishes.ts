import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { breathe } from './breathe.ts';
import { refuse } from './krillsync-error.ts';
import { chunkBytes, tagMaxBytes } from './limits.ts';
import { PublishFinder } from './publish-finder.ts';
import { type RrdpHandler, RrdpScanner } from './rrdp-scanner.ts';

/** How often a publish element begins in a file. Comments that look like one count too. */
export async function countPublishes(path: string, stop: AbortSignal): Promise<number> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const finder = new PublishFinder();
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const size = readSync(fd, buffer, 0, chunkBytes, null);
      if (size === 0) return finder.count;
      finder.pass(buffer.subarray(0, size));
      await breathe(stop);
    }
  } finally {
    closeSync(fd);
  }
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
