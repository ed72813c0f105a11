import { type Brick, onVolume, type VolumeFiles, type VolumeState } from '@krillmanager/core';

/** What one agent found out from glusterd, for all of them. */
export interface StorageReport {
  readonly volume: VolumeState;
  readonly online: readonly Brick[];
  /** Entries that wait for healing. */
  readonly healPending: number;
  /** By the clock of the agent that asked, milliseconds since the epoch. */
  readonly atMs: number;
}

const readable = { mode: 0o644, uid: 0, gid: 0 } as const;

export const writeReport = (files: VolumeFiles, report: StorageReport): Promise<void> =>
  files.write(onVolume.storage, JSON.stringify(report), readable);

/** Null when there is none that is younger than this. */
export async function readReport(
  files: VolumeFiles,
  nowMs: number,
  withinMs: number,
): Promise<StorageReport | null> {
  const text = await files.read(onVolume.storage);
  if (text === null) return null;
  const report = JSON.parse(text) as StorageReport;
  return Math.abs(nowMs - report.atMs) <= withinMs ? report : null;
}
