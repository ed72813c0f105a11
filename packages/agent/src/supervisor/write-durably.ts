import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface Durably {
  readonly mode: number;
  /** Aborted: the file at the path stays as it is, if it is not too late. */
  readonly wanted: AbortSignal;
}

/** Temporary file, fsync, rename, fsync of the directory: there is the old content or the new. */
export async function writeDurably(
  path: string,
  content: string,
  { mode, wanted }: Durably,
): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', mode);
  try {
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  // The volume may have hung until now, and the locks be another's.
  wanted.throwIfAborted();
  await rename(temporary, path);
  const directory = await open(dirname(path));
  await directory.sync().finally(() => directory.close());
}
