import { closeSync, openSync, readSync } from 'node:fs';
import { breathe } from './breathe.ts';
import { namingFile } from './krillsync-error.ts';
import { chunkBytes } from './limits.ts';
import { type RrdpHandler, RrdpScanner } from './rrdp-scanner.ts';

/** Runs the scanner over a local file, a chunk at a time. */
export async function scanFile(
  path: string,
  what: string,
  handler: RrdpHandler,
  stop: AbortSignal,
): Promise<void> {
  const scanner = new RrdpScanner(what, handler);
  const chunk = Buffer.allocUnsafe(chunkBytes);
  const fd = openSync(path, 'r');
  try {
    for (;;) {
      const size = readSync(fd, chunk, 0, chunkBytes, null);
      if (size === 0) break;
      scanner.write(chunk.subarray(0, size));
      await breathe(stop);
    }
    scanner.end();
  } catch (error) {
    throw namingFile(what, error);
  } finally {
    closeSync(fd);
  }
}
