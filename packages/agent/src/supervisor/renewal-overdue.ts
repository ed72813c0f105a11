import { majorityOverdueMs, renewalHopelessMs, renewalOverdueMs } from './policy.ts';

/** All in milliseconds of the monotonic clock. */
export interface LastSigns {
  /** Since the start of the last renewal that succeeded. */
  readonly renewedMs: number;
  /** From that start to the last attempt that was refused; zero or less when none was. */
  readonly refusedAfterMs: number;
  /** As the agent's heartbeats show it; unknown without them. */
  readonly majority: MajorityAge | 'unknown';
}

interface MajorityAge {
  readonly seenMs: number;
  /** For how long it has been seen without a gap that would have been a loss of it. */
  readonly unbrokenMs: number;
}

/**
 * Whether Krill must die because we may no longer hold the locks. A majority that was seen just now,
 * and without a gap since that renewal, excuses a silent volume, because another node's loss
 * silences it too; but no answer that says no: whoever was cut for so long that the bricks forgot
 * him hears that first.
 */
export function isOverdue({ renewedMs, refusedAfterMs, majority }: LastSigns): boolean {
  if (renewedMs <= renewalOverdueMs) return false;
  if (renewedMs > renewalHopelessMs || refusedAfterMs > renewalOverdueMs) return true;
  if (majority === 'unknown' || majority.seenMs > majorityOverdueMs) return true;
  // Whoever was paused and let go on sees a majority at once, and may have lost the locks meanwhile.
  return majority.unbrokenMs < renewedMs;
}
