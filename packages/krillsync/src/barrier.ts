import { setTimeout as sleep } from 'node:timers/promises';
import type { Version } from './rrdp-root.ts';

/**
 * Decides when a version whose files are all in place may be shown to clients. A client may take
 * the notification from one node and the files from another, so all nodes should have them first.
 */
export interface Barrier {
  /** Resolves when the version may be switched to. @throws when `stop` is aborted. */
  staged(version: Version, stop: AbortSignal): Promise<void>;
}

/** Gives other nodes a fixed time to catch up; zero for a single node. */
export function fixedDelay(seconds: number): Barrier {
  return {
    async staged(_version, signal) {
      if (seconds > 0) await sleep(seconds * 1000, undefined, { signal });
    },
  };
}
