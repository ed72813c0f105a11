import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { majoritySeenIn } from '../supervisor/majority-seen.ts';
import { type MajorityRecord, parseMajority, prolonged, writeMajority } from './majority-record.ts';
import { monotonicMs } from './monotonic.ts';

const directory = mkdtempSync(join(tmpdir(), 'majority-'));
const path = join(directory, 'majority.json');
afterAll(() => rmSync(directory, { recursive: true }));

test.each<[MajorityRecord | null, number, MajorityRecord, string]>([
  [null, 100, { seenAt: 100, since: 100 }, 'the first'],
  [{ seenAt: 600, since: 100 }, 1100, { seenAt: 1100, since: 100 }, 'a run goes on'],
  [{ seenAt: 600, since: 100 }, 2600, { seenAt: 2600, since: 100 }, 'two seconds are no gap'],
  [{ seenAt: 600, since: 100 }, 2601, { seenAt: 2601, since: 2601 }, 'a gap begins a new run'],
])('%j, then seen at %d: %j, %s', (before, at, after) =>
  expect(prolonged(before, at)).toEqual(after),
);

describe('what the supervisor reads', () => {
  const seen = majoritySeenIn(path);

  test('what the agent wrote, as ages', () => {
    const now = monotonicMs();
    writeMajority(path, { seenAt: now - 700, since: now - 9000 });
    const read = seen();
    if (read === 'unknown') throw new Error('it is known');
    expect(read.seenMs).toBeGreaterThanOrEqual(700);
    expect(read.unbrokenMs - read.seenMs).toBeCloseTo(8300, 3);
    expect(parseMajority(readFileSync(path, 'utf8')).seenAt).toBe(now - 700);
  });

  test.each([
    ['nothing', ''],
    ['nonsense', '{"seenAt":"1","since":1}'],
    ['a time to come', `{"seenAt":${monotonicMs() + 60_000},"since":1}`],
    ['a run that begins after its end', '{"seenAt":1,"since":2}'],
  ])('%s counts as unknown: the locks alone decide', (_what, text) => {
    writeFileSync(path, text);
    expect(seen()).toBe('unknown');
  });

  test('a missing file does, too', () => {
    rmSync(path);
    expect(seen()).toBe('unknown');
  });
});
