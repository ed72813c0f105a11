import { expect, test } from '@jest/globals';
import { parseEntry } from './journal.ts';

test.each([
  [
    'a line',
    '{"__REALTIME_TIMESTAMP":"1795291800012345","MESSAGE":"{\\"level\\":30}"}',
    { at: '2026-11-21T20:10:00.012345000Z', line: '{"level":30}' },
  ],
  [
    'bytes that are no UTF-8',
    '{"__REALTIME_TIMESTAMP":"1795291800000000","MESSAGE":[233,33]}',
    { at: '2026-11-21T20:10:00.000000000Z', line: 'é!' },
  ],
  ['no entry', '-- No entries --', null],
  ['an entry without a message', '{"__REALTIME_TIMESTAMP":"1","MESSAGE":null}', null],
])('%s', (_what, text, entry) => expect(parseEntry(text)).toEqual(entry));
