import type { FileAccess } from './volume-mount.ts';

/** Files on this machine's own disk, by absolute path. Never for what lies on the volume. */
export interface HostFiles {
  /** Null when there is no such file. */
  read(path: string): Promise<string | null>;
  /** Temporary file, fsync, rename, fsync of the directory; missing directories are made 0755. */
  write(path: string, content: string, access: FileAccess): Promise<void>;
  /** Makes it with these rights, and gives an existing one these rights. */
  directory(path: string, access: FileAccess): Promise<void>;
  /** Names in a directory, sorted; empty when it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** Also a directory with all it holds. No error when it does not exist. */
  remove(path: string): Promise<void>;
}
