/** A file of the source, read once from the start to the end. */
export interface SourceFile {
  /**
   * Whole seconds since 1970, the same for every node that reads this source; undefined when the
   * source does not tell.
   */
  readonly mtime: number | undefined;
  /** A chunk is valid until the next one is asked for. */
  chunks(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/**
 * Where the repository comes from. Errors are KrillsyncErrors of fault 'source'; SourceMoved when
 * reading the notification again may help.
 */
export interface Source {
  /** For people: a directory or a URI. */
  readonly name: string;
  /** @param path below the notification's directory, strict segments only. */
  open(path: string): Promise<SourceFile>;
  /** Changes whenever the file may have changed. */
  stamp(path: string): Promise<string>;
}
