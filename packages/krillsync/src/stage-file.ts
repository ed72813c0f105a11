import { createHash } from 'node:crypto';
import { closeSync, fchmodSync, futimesSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { breathe } from './breathe.ts';
import { refuse, SourceMoved } from './krillsync-error.ts';
import { fileMaxBytes } from './limits.ts';
import type { FileReference } from './notification.ts';
import type { Source } from './source.ts';
import { showUri } from './uri.ts';

/**
 * Copies a snapshot or delta from the source to `path`, on disk when this resolves, with the time
 * it has at the source: that makes Last-Modified and ETag the same on every node.
 *
 * @returns its size in bytes, and the time, in seconds since 1970, if the source told one.
 * @throws SourceMoved when it is not the file whose hash the notification names.
 */
export async function stageFile(
  source: Source,
  reference: FileReference,
  path: string,
  stop: AbortSignal,
): Promise<{ size: number; mtime: number | undefined }> {
  const file = await source.open(reference.path);
  try {
    const { size, hash } = await copy(file.chunks(), path, file.mtime, reference, stop);
    if (hash === reference.hash) return { size, mtime: file.mtime };
    const message = `${showUri(reference.uri)} has hash ${hash}, the notification says ${reference.hash}`;
    throw new SourceMoved(message);
  } finally {
    await file.close();
  }
}

async function copy(
  chunks: AsyncIterable<Buffer>,
  path: string,
  mtime: number | undefined,
  { uri }: FileReference,
  stop: AbortSignal,
): Promise<{ size: number; hash: string }> {
  const hash = createHash('sha256');
  const fd = openSync(path, 'w', 0o644);
  let size = 0;
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > fileMaxBytes) throw refuse(`${showUri(uri)} is larger than ${fileMaxBytes} bytes`);
      hash.update(chunk);
      for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
      await breathe(stop);
    }
    fchmodSync(fd, 0o644);
    if (mtime !== undefined) futimesSync(fd, mtime, mtime);
  } finally {
    closeSync(fd);
  }
  await syncFile(path);
  return { size, hash: hash.digest('hex') };
}

/** Asynchronous, for it may take seconds when the file is large. */
async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
