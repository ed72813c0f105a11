import { refuse } from './krillsync-error.ts';
import type { SourceLimits } from './limits.ts';
import type { FileReference, Notification } from './notification.ts';
import type { SizeLimit } from './stage-file.ts';
import { showUri } from './uri.ts';

/**
 * How large the next file may be. Deltas that are together larger than the snapshot are to be left
 * out by the publication server (RFC 8182, 3.3.2), the oldest first; if it does not, we do.
 */
export class OfferedSizes {
  readonly #snapshot: FileReference;
  readonly #limits: SourceLimits;
  #snapshotBytes = 0;
  #deltaBytes = 0;

  constructor({ snapshot }: Notification, limits: SourceLimits) {
    this.#snapshot = snapshot;
    this.#limits = limits;
  }

  /** Asked for the snapshot, then for the deltas, newest first. */
  most(file: FileReference): SizeLimit {
    const { fileMaxBytes, elementsMaxCount: elements, deltasFreeBytes } = this.#limits;
    const alone = { bytes: fileMaxBytes, elements, fault: `is larger than ${fileMaxBytes} bytes` };
    if (file === this.#snapshot) return alone;
    const together = Math.max(this.#snapshotBytes, deltasFreeBytes);
    const left = together - this.#deltaBytes;
    const fault = `makes the deltas larger than ${together} bytes together`;
    return left < fileMaxBytes ? { bytes: left, elements, fault } : alone;
  }

  /** @throws KrillsyncError when it is larger. */
  take(file: FileReference, bytes: number): void {
    const most = this.most(file);
    if (bytes > most.bytes) throw refuse(`${showUri(file.uri)} ${most.fault}`);
    if (file === this.#snapshot) this.#snapshotBytes = bytes;
    else this.#deltaBytes += bytes;
  }
}
