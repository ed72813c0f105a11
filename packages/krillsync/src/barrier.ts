import { setTimeout as sleep } from 'node:timers/promises';
import type { HeldVersion } from './hold.ts';
import type { Version } from './rrdp-root.ts';

/** A version whose files are all in place, and the time that its notification would get here. */
export interface Proposal extends Version {
  /** Seconds since 1970. */
  readonly time: number;
}

export interface Wait {
  readonly stop: AbortSignal;
  /** Whether the source offers another version by now. */
  readonly hasMoved: () => Promise<boolean>;
}

/**
 * Decides when a version whose files are all in place may be shown to clients. A client may take
 * the notification from one node and the files from another, so all nodes should have them first.
 */
export interface Barrier {
  /**
   * Resolves when the version may be switched to.
   *
   * @returns the time that the notification is to have, in seconds since 1970.
   * @throws Superseded when another node has a newer version, and the source offers one here too;
   * when `stop` is aborted.
   */
  staged(proposal: Proposal, wait: Wait): Promise<number>;
  /** Clients get this now. */
  shown?(proposal: Proposal): void;
  report?(): BarrierReport;
  /** What was let through for all nodes at once. */
  accepted?(): HeldVersion | undefined;
}

/** For metrics and health. */
export interface BarrierReport {
  /** Other nodes that live. */
  readonly peers: number;
  /** Versions that were shown while a live node lacked them. */
  readonly alone: number;
  /** Versions that were dropped for a newer one. */
  readonly superseded: number;
  /** How long the last version waited, in seconds. */
  readonly waited: number;
}

/** Gives other nodes a fixed time to catch up; zero for a single node. */
export function fixedDelay(seconds: number): Barrier {
  return {
    async staged({ time }, { stop }) {
      if (seconds > 0) await sleep(seconds * 1000, undefined, { signal: stop });
      return time;
    },
  };
}
