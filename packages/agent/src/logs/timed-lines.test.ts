import { expect, test } from '@jest/globals';
import type { LogEntry } from './log-entry.ts';
import { timedLines } from './timed-lines.ts';

const text =
  '2026-11-21T20:10:00.000000001Z first é\n2026-11-21T20:10:00.000000002Z \nwithout a time\n';

test('lines are found however the stream is cut, in the middle of a letter too', () => {
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const found: LogEntry[] = [];
    const take = timedLines(true, (entry) => found.push(entry));
    take(bytes.subarray(0, cut));
    take(bytes.subarray(cut));
    expect(found).toEqual([
      { at: '2026-11-21T20:10:00.000000001Z', error: true, line: 'first é' },
      { at: '2026-11-21T20:10:00.000000002Z', error: true, line: '' },
      { at: '2026-11-21T20:10:00.000000002Z', error: true, line: 'without a time' },
    ]);
  }
});
