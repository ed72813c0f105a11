import type { Barrier } from './barrier.ts';
import type { Gate } from './gate.ts';
import type { SourceLimits } from './limits.ts';
import type { Log } from './log.ts';
import type { NextTree } from './next-tree.ts';
import type { Progress } from './progress.ts';
import type { RemovalRule } from './removal.ts';
import type { Source } from './source.ts';
import type { ThreadCrew } from './thread-crew.ts';
import type { NotificationUri } from './uri.ts';

export interface RsyncSetup {
  readonly dir: string;
  /** `current/<authority>/<module>/<path>` instead of `current/<path>`. */
  readonly includesHost: boolean;
  /** `current` is switched at most once in this time. */
  readonly everyMs: number;
}

/** Everything that an update needs; nothing else is read from the environment. */
export interface Setup {
  readonly notification: NotificationUri;
  readonly source: Source;
  readonly stateDir: string;
  readonly rrdpDir: string;
  /** Absent when rsync is not served. */
  readonly rsync?: RsyncSetup;
  /** Only the newest deltas are offered; all when absent. */
  readonly maxDeltas?: number;
  readonly cleanupAfterMs: number;
  /** Kept by a daemon, so that an update finds a copy of the live tree. */
  readonly next?: NextTree;
  /** For large repositories; all is done in one thread without. */
  readonly crew?: ThreadCrew;
  /** Shown to whoever waits at a terminal. */
  readonly progress?: Progress;
  readonly barrier: Barrier;
  /** Asked, in this order, before a new state is shown. */
  readonly gates?: readonly Gate[];
  /** An update that removes more is held. */
  readonly maxRemoval?: RemovalRule;
  /** Trees above this number go before their time. */
  readonly maxTrees?: number;
  /** Percent of bytes and inodes; with less, old trees and files go before their time. */
  readonly minFree?: number;
  /** Others than the usual ones. */
  readonly limits?: Partial<SourceLimits>;
  readonly log: Log;
  readonly stop: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Look for what earlier processes left, and count the files of the served tree. */
  readonly thorough: boolean;
}
