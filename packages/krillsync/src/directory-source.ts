import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { constants as osConstants } from 'node:os';
import { join } from 'node:path';
import { errorCode, KrillsyncError, messageOf, SourceMoved } from './krillsync-error.ts';
import { chunkBytes } from './limits.ts';
import type { Source, SourceFile } from './source.ts';

// Deleted by the publication server, replaced on another node of a network file system, or that
// file system away for a moment.
const movedCodes: readonly (string | undefined)[] = ['ENOENT', 'ENOTCONN'];

/** ESTALE, for which Node has no name. */
const isStale = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).errno === -osConstants.errno.ESTALE;

/**
 * Reads a publication server's RRDP files from a local directory, which may be a network mount:
 * every access to it is asynchronous, so one that hangs stops the update but not the process.
 */
export function directorySource(directory: string): Source {
  return {
    name: directory,
    async open(path) {
      const file = join(directory, path);
      if (!path.includes('/')) await refresh(directory);
      const handle = await sourceCall(file, () =>
        // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
        open(file, constants.O_RDONLY | constants.O_NONBLOCK),
      );
      try {
        return await openedFile(directory, file, handle);
      } catch (error) {
        await closeRead(handle);
        throw error;
      }
    },
    async stamp(path) {
      const file = join(directory, path);
      await refresh(directory);
      const { mtimeNs, size, ino } = await sourceCall(file, () => stat(file, { bigint: true }));
      return `${mtimeNs} ${size} ${ino}`;
    },
  };
}

/**
 * A network file system answers from what it remembers, for a second or longer; a listing brings
 * that up to date (measured with GlusterFS: docs/adr/0022). What is wrong is told by the call after.
 */
const refresh = (directory: string): Promise<unknown> => readdir(directory).catch(() => undefined);

async function openedFile(
  directory: string,
  file: string,
  handle: FileHandle,
): Promise<SourceFile> {
  const found = await sourceCall(file, () => handle.stat());
  if (!found.isFile()) throw new KrillsyncError('source', `${file} is not a regular file`);
  await requireInside(directory, file, handle);
  return {
    mtime: Math.floor(found.mtimeMs / 1000),
    chunks: () => chunks(file, handle, found.size),
    close: () => closeRead(handle),
  };
}

/**
 * What was read is judged by its hash. GlusterFS lets closing a file fail with ENOENT when another host
 * has replaced it and a brick was away, again and again for one file until that is healed.
 */
const closeRead = (handle: FileHandle): Promise<void> => handle.close().catch(() => {});

/** A symbolic link in the source must not make us publish a file from elsewhere. */
async function requireInside(directory: string, file: string, handle: FileHandle): Promise<void> {
  const base = await sourceCall(file, () => realpath(directory));
  const opened = await readlink(`/proc/self/fd/${handle.fd}`);
  if (!opened.startsWith(base === '/' ? base : `${base}/`)) {
    throw new KrillsyncError('source', `${file} is a link that leads out of ${directory}`);
  }
}

const leastChunkBytes = 64 * 1024;

/** One chunk ahead: while a chunk is worked on, the next one is read. */
async function* chunks(file: string, handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  // One byte more than there is, so that a small file is read at once; but a size may be out of date.
  const bytes = Math.min(Math.max(size + 1, leastChunkBytes), chunkBytes);
  const read = (buffer: Buffer) => {
    const reading = sourceCall(file, () => handle.read(buffer, 0, bytes, null));
    // Whoever takes no further chunk does not wait for this one.
    reading.catch(() => {});
    return reading;
  };
  let [now, next] = [Buffer.allocUnsafe(bytes), Buffer.allocUnsafe(bytes)];
  let reading = read(now);
  for (;;) {
    const { bytesRead } = await reading;
    if (bytesRead === 0) return;
    reading = read(next);
    yield now.subarray(0, bytesRead);
    [now, next] = [next, now];
  }
}

async function sourceCall<T>(file: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const message = `cannot read ${file}: ${messageOf(cause)}`;
    if (movedCodes.includes(errorCode(cause)) || isStale(cause))
      throw new SourceMoved(message, { cause });
    throw new KrillsyncError('source', message, { cause });
  }
}
