/*
 * What a source may ask of us. The largest real repositories (2025): 500 MB snapshots, 144 deltas,
 * objects below 4 MB; relying parties accept objects up to 20 MB.
 */
export const notificationMaxBytes = 16 * 1024 * 1024;
export const objectMaxBytes = 20 * 1024 * 1024;
export const deltasMaxCount = 20_000;
export const tagMaxBytes = 8 * 1024;
export const uriMaxBytes = 2048;
export const segmentMaxBytes = 255;
export const segmentsMaxCount = 64;

/** Of a tree, beside its objects: the largest real repositories have fewer directories than objects. */
export const directoriesFreeCount = 1000;
export const directoriesMaxRatio = 4;
/** A time so far ahead is a clock's fault; served, it would keep clients from what comes later. */
export const timeAheadMaxSeconds = 86_400;

/** What is too large, or takes too long, to be tried with its real values in a test. */
export const sourceLimits: SourceLimits = {
  fileMaxBytes: 4 * 1024 * 1024 * 1024,
  elementsMaxCount: 5_000_000,
  deltasFreeBytes: 64 * 1024 * 1024,
  updateMaxMs: 3600_000,
};
export interface SourceLimits {
  readonly fileMaxBytes: number;
  readonly elementsMaxCount: number;
  /** All deltas together may be as large as the snapshot (RFC 8182, 3.3.2), or this if it is more. */
  readonly deltasFreeBytes: number;
  /** From the first look at the notification until all is here and checked. */
  readonly updateMaxMs: number;
}

export const chunkBytes = 1024 * 1024;
/** When work is divided among threads: to start those takes a few hundredths of a second. */
export const threadLimits: ThreadLimits = {
  count: 2,
  linkCount: 2,
  snapshotBytes: 32 * 1024 * 1024,
  treeObjects: 30_000,
  pieceBytes: 1024 * 1024,
};
export interface ThreadLimits {
  readonly count: number;
  /** When no snapshot is written; a daemon has time for that, and a thread takes 10 MB. */
  readonly linkCount: number;
  /** Snapshots from this size on. */
  readonly snapshotBytes: number;
  /** Trees with at least so many objects. */
  readonly treeObjects: number;
  /** What one thread does of a snapshot at a time. */
  readonly pieceBytes: number;
}
export const rereadsMaxCount = 5;

/** Node's timers take 31 bits of milliseconds; longer ones would be over at once. */
export const timerMaxSeconds = 2_000_000;
export const pollMs = 500;
/** As a part of the interval. */
export const pollJitter = 0.1;
export const backOffMaxMs = 30_000;
export const verifyEveryMs = 60_000;
export const validityEveryMs = 10 * 60_000;
export const healthEveryMs = 10_000;
export const healthFreshMs = 30_000;

/** Times in ms. Clients wait longer for a snapshot of half a gigabyte than for anything else. */
export const httpsLimits: HttpsLimits = {
  connectMs: 15_000,
  idleMs: 30_000,
  totalMs: 600_000,
  redirectsMaxCount: 5,
  attemptsMaxCount: 3,
  retryMs: 500,
};
export interface HttpsLimits {
  readonly connectMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
  readonly redirectsMaxCount: number;
  readonly attemptsMaxCount: number;
  readonly retryMs: number;
}
/** Of an ETag or Last-Modified; longer ones would make our request too large for the source. */
export const validatorMaxBytes = 256;
/** Base64 of DER in XML is packed to a half; a body that grows so much was made to do harm. */
export const gzipMaxRatio = 100;
export const gzipFreeBytes = 1024 * 1024;
export const httpsPollMs = 30_000;
/** However little room there is: a client that is reading old trees and files needs this long. */
export const leastOldAgeMs = 10 * 60_000;

/** A node's counter moves so often. */
export const peerBeatMs = 1000;
/** One whose counter has not moved for so long is dead. */
export const peerLiveMs = 4000;
/** While something waits to be shown. */
export const peerPollMs = 50;
export const markerStaleMs = 3600_000;
export const barrierDeadlineSeconds = 5;
/** A process that reads markers and has not been heard of for so long hangs. */
export const markersHangMs = 5000;
/** The first time: on a machine that is busy a process takes its time to start. */
export const markersStartMs = 30_000;
export const markersHungMaxCount = 3;
