import { majorityOverdueMs, renewalHopelessMs, renewalOverdueMs } from './policy.ts';

/** All in milliseconds of the monotonic clock. */
export interface LastSigns {
  /** Since the start of the last renewal that succeeded. */
  readonly renewedMs: number;
  /** From that start to the last attempt that was refused; zero or less when none was. */
  readonly refusedAfterMs: number;
  /** Since heartbeats showed a majority; unknown without heartbeats. */
  readonly majorityMs: number | 'unknown';
}

/**
 * Whether Krill must die because we may no longer hold the locks. A majority that was seen just now
 * excuses a silent volume, because another node's loss silences it too; but no answer that says no:
 * whoever was cut for so long that the bricks forgot him hears that first.
 */
export function isOverdue({ renewedMs, refusedAfterMs, majorityMs }: LastSigns): boolean {
  if (renewedMs <= renewalOverdueMs) return false;
  if (renewedMs > renewalHopelessMs || refusedAfterMs > renewalOverdueMs) return true;
  return majorityMs === 'unknown' || majorityMs > majorityOverdueMs;
}
