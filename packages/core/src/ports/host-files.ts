import type { FileAccess } from './volume-mount.ts';

/** How bytes stand in a string: text, or base64 for what is none. */
export type FileEncoding = 'utf8' | 'base64';

/** Files on this machine's own disk, by absolute path. Never for what lies on the volume. */
export interface HostFiles {
  /** Null when there is no such file. */
  read(path: string, encoding?: FileEncoding): Promise<string | null>;
  /** Temporary file, fsync, rename, fsync of the directory; missing directories are made 0755. */
  write(path: string, content: string, access: FileAccess, encoding?: FileEncoding): Promise<void>;
  /** Makes it with these rights, and gives an existing one these rights. */
  directory(path: string, access: FileAccess): Promise<void>;
  /** Names in a directory, sorted; empty when it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** Also a directory with all it holds. No error when it does not exist. */
  remove(path: string): Promise<void>;
}
