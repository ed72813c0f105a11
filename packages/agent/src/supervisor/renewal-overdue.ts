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
 * Why Krill must die because we may no longer hold the locks; null when it need not. A majority that
 * was seen just now, and without a gap since that renewal, excuses a silent volume, because another
 * node's loss silences it too; but no answer that says no: whoever was cut for so long that the
 * bricks forgot him hears that first.
 */
export function whyOverdue({ renewedMs, refusedAfterMs, majority }: LastSigns): string | null {
  if (renewedMs <= renewalOverdueMs) return null;
  if (refusedAfterMs > renewalOverdueMs) return 'another has it';
  if (renewedMs > renewalHopelessMs) return 'the volume is silent';
  if (majority === 'unknown') return 'the volume is silent, and no heartbeats are known';
  if (majority.seenMs > majorityOverdueMs) {
    return 'the volume is silent, and no majority of the nodes is seen';
  }
  // Whoever was paused and let go on sees a majority at once, and may have lost the locks meanwhile.
  const broken = majority.unbrokenMs < renewedMs;
  return broken ? 'the volume is silent, and the majority was lost in between' : null;
}
