import { closeSync, constants, openSync, readdirSync, readSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type HeldVersion, parseNote } from './hold.ts';
import { errorCode } from './krillsync-error.ts';
import { markerStaleMs } from './limits.ts';
import { type Marker, markerFile, parseMarkerFile } from './marker.ts';

/** Who lets a held version through for all nodes puts the note of it here (see hold.ts). */
const acceptedFile = 'accepted.json';
const acceptedMaxBytes = 64 * 1024;

/** The shared directory, seen by one node. Times in ms, by a clock of its own that only goes forward. */
export class MarkerDirectory {
  readonly #dir: string;
  /** Our marker's file. */
  #own: string | undefined;
  readonly #seenAt = new Map<string, { readonly file: string; readonly at: number }>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Not made durable: after a power loss the next one is soon written. */
  write(marker: Marker): void {
    const file = markerFile(marker);
    this.#own ??= this.#adopt(marker.name);
    if (this.#own === undefined || !this.#rename(this.#own, file)) {
      closeSync(openSync(join(this.#dir, file), 'w', 0o644));
    }
    this.#own = file;
  }

  /** All that can be read; what nobody has moved for an hour is removed. */
  read(now: number): { markers: readonly Marker[]; accepted?: HeldVersion } {
    const files = readdirSync(this.#dir);
    this.#forget(files);
    const accepted = files.includes(acceptedFile) ? this.#readAccepted() : undefined;
    const markers = files.flatMap((file) => {
      const marker = parseMarkerFile(file);
      if (!marker) return [];
      const seen = this.#seenAt.get(marker.name);
      if (seen?.file !== file) this.#seenAt.set(marker.name, { file, at: now });
      else if (now - seen.at > markerStaleMs && file !== this.#own) this.#remove(file);
      return [marker];
    });
    return { markers, ...(accepted ? { accepted } : {}) };
  }

  /** Being replaced in this moment: then it is seen at the next look. */
  #readAccepted(): HeldVersion | undefined {
    try {
      const path = join(this.#dir, acceptedFile);
      const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      try {
        const buffer = Buffer.alloc(acceptedMaxBytes);
        return parseNote(buffer.toString('utf8', 0, readSync(fd, buffer)));
      } finally {
        closeSync(fd);
      }
    } catch {
      return undefined;
    }
  }

  /** What an earlier process of ours left; all but one of it goes. */
  #adopt(name: string): string | undefined {
    const [first, ...others] = readdirSync(this.#dir).filter(
      (file) => parseMarkerFile(file)?.name === name,
    );
    for (const file of others) this.#remove(file);
    return first;
  }

  /** @returns whether it was there: whoever thought us dead may have removed it. */
  #rename(from: string, to: string): boolean {
    try {
      renameSync(join(this.#dir, from), join(this.#dir, to));
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  #remove(file: string): void {
    rmSync(join(this.#dir, file), { force: true });
  }

  #forget(files: readonly string[]): void {
    const there = new Set(files);
    for (const [name, { file }] of this.#seenAt) if (!there.has(file)) this.#seenAt.delete(name);
  }
}
