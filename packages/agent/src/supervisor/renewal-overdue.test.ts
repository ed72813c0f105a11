import { expect, test } from '@jest/globals';
import { isOverdue, type LastSigns } from './renewal-overdue.ts';

const none = -100;
type Row = [boolean, number, number, LastSigns['majorityMs'], string];
const rows: readonly Row[] = [
  [false, 1000, none, 'unknown', 'it was renewed just now'],
  [false, 4000, 3900, 'unknown', 'a contender may have a lock for a moment'],
  [true, 4001, none, 'unknown', 'without heartbeats the renewal alone counts'],
  [false, 4001, none, 500, 'the volume is silent while a majority is there'],
  [false, 4001, 5, 500, 'a contender was first, then the volume was silent'],
  [true, 4001, none, 2001, 'we may be the ones who are cut'],
  [true, 7000, 6900, 500, 'we were cut, and hear that the locks are taken'],
  [true, 10_001, none, 0, "no other node's loss silences it that long"],
];

test.each(rows)(
  '%s, %d ms after a renewal, refused after %d ms, majority %s ms ago: %s',
  (overdue, renewedMs, refusedAfterMs, majorityMs) =>
    expect(isOverdue({ renewedMs, refusedAfterMs, majorityMs })).toBe(overdue),
);
