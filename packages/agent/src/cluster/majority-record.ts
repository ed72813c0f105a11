import { renameSync, writeFileSync } from 'node:fs';
import { seenWithinMs } from './sight.ts';

/** When a majority of the nodes was seen; both of the machine's monotonic clock, milliseconds. */
export interface MajorityRecord {
  readonly seenAt: number;
  /** Since when it was seen without a gap that would have been a loss of it. */
  readonly since: number;
}

/** A gap ends the run: whoever was cut or frozen in it must not count on what was before. */
export function prolonged(record: MajorityRecord | null, seenAt: number): MajorityRecord {
  if (record === null || seenAt - record.seenAt > seenWithinMs) return { seenAt, since: seenAt };
  return { seenAt, since: record.since };
}

/** Replaced whole, on a tmpfs: nothing to wait for. */
export function writeMajority(path: string, record: MajorityRecord): void {
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

/** @throws Error for any other text. */
export function parseMajority(text: string): MajorityRecord {
  const { seenAt, since } = JSON.parse(text) as Partial<MajorityRecord>;
  if (typeof seenAt !== 'number' || typeof since !== 'number') throw new Error('no such record');
  return { seenAt, since };
}
