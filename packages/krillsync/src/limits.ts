/*
 * What a source may ask of us. The largest real repositories (2025): 500 MB snapshots, 144 deltas,
 * objects below 4 MB; relying parties accept objects up to 20 MB.
 */
export const notificationMaxBytes = 16 * 1024 * 1024;
export const fileMaxBytes = 4 * 1024 * 1024 * 1024;
export const objectMaxBytes = 20 * 1024 * 1024;
export const deltasMaxCount = 20_000;
export const elementsMaxCount = 5_000_000;
export const tagMaxBytes = 8 * 1024;
export const uriMaxBytes = 2048;
export const segmentMaxBytes = 255;
export const segmentsMaxCount = 64;

export const chunkBytes = 1024 * 1024;
export const rereadsMaxCount = 5;

export const pollMs = 1000;
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
/** Base64 of DER in XML is packed to a half; a body that grows so much was made to do harm. */
export const gzipMaxRatio = 100;
export const gzipFreeBytes = 1024 * 1024;
export const httpsPollMs = 30_000;
/** However many trees there are: a client that is reading one needs this long to finish. */
export const leastTreeAgeMs = 10 * 60_000;
