import { readFileSync } from 'node:fs';
import { parseMajority } from '../cluster/majority-record.ts';
import { monotonicMs } from '../cluster/monotonic.ts';
import type { MajoritySeen } from './lock-keeper.ts';

/**
 * What the agent on this machine last wrote. Without an agent the record grows old, or there is
 * none: then the locks alone decide. Asked only when a renewal is overdue.
 */
export const majoritySeenIn =
  (path: string): MajoritySeen =>
  () => {
    try {
      const { seenAt, since } = parseMajority(readFileSync(path, 'utf8'));
      const now = monotonicMs();
      // A record from before the machine was restarted, or from nobody's clock.
      if (seenAt > now || since > seenAt) return 'unknown';
      return { seenMs: now - seenAt, unbrokenMs: now - since };
    } catch {
      return 'unknown';
    }
  };
