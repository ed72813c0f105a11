import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { refuse, SourceMoved } from './krillsync-error.ts';
import type { FileReference } from './notification.ts';
import { PublishFinder } from './publish-finder.ts';
import type { Source } from './source.ts';
import { showUri } from './uri.ts';

/** Looks at a file while it is staged. */
export interface Onlooker {
  /** A publish element, or a comment that looks like one, begins at this byte. */
  publish(at: number): void;
  /** So many bytes can be read from the staged file. */
  written(size: number): void;
}

/** How large a file may be. */
export interface SizeLimit {
  readonly bytes: number;
  /** What is wrong with a larger one. */
  readonly fault: string;
  readonly elements: number;
}

export interface Copied {
  readonly size: number;
  /** How often a publish element begins in it. */
  readonly publishes: number;
}

/**
 * Copies a snapshot or delta from the source to `path`, on disk when this resolves, with the time
 * it has at the source: that makes Last-Modified and ETag the same on every node.
 *
 * @returns what it is like, and its time, in seconds since 1970, if the source told one.
 * @throws SourceMoved when it is not the file whose hash the notification names.
 */
export async function stageFile(
  source: Source,
  reference: FileReference,
  path: string,
  most: SizeLimit,
  stop: AbortSignal,
  onlooker?: Onlooker,
): Promise<Copied & { readonly mtime: number | undefined }> {
  const file = await source.open(reference.path);
  try {
    const handle = await open(path, 'w', 0o644);
    try {
      const { hash, ...copied } = await copy(file.chunks(), handle, reference, {
        most,
        stop,
        onlooker,
      });
      if (hash !== reference.hash) {
        throw new SourceMoved(
          `${showUri(reference.uri)} has hash ${hash}, the notification says ${reference.hash}`,
        );
      }
      await handle.chmod(0o644);
      if (file.mtime !== undefined) await handle.utimes(file.mtime, file.mtime);
      await handle.sync();
      return { ...copied, mtime: file.mtime };
    } finally {
      await handle.close();
    }
  } finally {
    await file.close();
  }
}

interface Copying {
  readonly most: SizeLimit;
  readonly stop: AbortSignal;
  readonly onlooker: Onlooker | undefined;
}

/** Hashing is the longest part, and cannot be divided; so a chunk is written meanwhile. */
async function copy(
  chunks: AsyncIterable<Buffer>,
  handle: FileHandle,
  { uri }: FileReference,
  { most, stop, onlooker }: Copying,
): Promise<Copied & { readonly hash: string }> {
  const hash = createHash('sha256');
  const finder = new PublishFinder((at) => onlooker?.publish(at));
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most.bytes) throw refuse(`${showUri(uri)} ${most.fault}`);
    const writing = writeAll(handle, chunk);
    try {
      hash.update(chunk);
      finder.pass(chunk);
    } finally {
      await writing;
    }
    if (finder.count > most.elements) {
      throw refuse(`${showUri(uri)} has more than ${most.elements} elements`);
    }
    onlooker?.written(size);
    stop.throwIfAborted();
  }
  return { size, publishes: finder.count, hash: hash.digest('hex') };
}

async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length; ) {
    at += (await handle.write(chunk, at, chunk.length - at, null)).bytesWritten;
  }
}
