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
export const pollJitterMs = 100;
export const backOffMaxMs = 30_000;
export const verifyEveryMs = 60_000;
export const healthEveryMs = 10_000;
export const healthFreshMs = 30_000;
