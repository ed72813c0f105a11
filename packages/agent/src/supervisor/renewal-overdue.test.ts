import { expect, test } from '@jest/globals';
import { type LastSigns, whyOverdue } from './renewal-overdue.ts';

const none = -100;
const seen = (seenMs: number, unbrokenMs: number) => ({ seenMs, unbrokenMs });
type Row = [boolean, number, number, LastSigns['majority'], string];
const rows: readonly Row[] = [
  [false, 1000, none, 'unknown', 'it was renewed just now'],
  [false, 4000, 3900, 'unknown', 'a contender may have a lock for a moment'],
  [true, 4001, none, 'unknown', 'without heartbeats the renewal alone counts'],
  [false, 4001, none, seen(500, 9000), 'the volume is silent while a majority is there'],
  [false, 4001, 5, seen(500, 9000), 'a contender was first, then the volume was silent'],
  [true, 4001, none, seen(2001, 9000), 'we may be the ones who are cut'],
  [true, 7000, none, seen(1, 40), 'we were paused, and a majority is seen again'],
  [true, 4001, none, seen(500, 4000), 'the majority was lost since the renewal'],
  [true, 7000, 6900, seen(500, 9000), 'we were cut, and hear that the locks are taken'],
  [true, 10_001, none, seen(0, 20_000), "no other node's loss silences it that long"],
];

test.each(rows)(
  '%s, %d ms after a renewal, refused after %d ms, majority %j: %s',
  (overdue, renewedMs, refusedAfterMs, majority) =>
    expect(whyOverdue({ renewedMs, refusedAfterMs, majority }) !== null).toBe(overdue),
);
