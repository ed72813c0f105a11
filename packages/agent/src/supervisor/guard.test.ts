import { expect, test } from '@jest/globals';
import { judge } from './guard.ts';

type Row = [unknown, boolean, boolean, string];
const rows: readonly Row[] = [
  ['absent', false, false, 'nobody has permitted'],
  ['absent', false, true, 'initialise'],
  ['absent', true, false, 'no record'],
  ['absent', true, true, 'no record'],
  ['initialising', false, false, 'cannot be resumed'],
  ['initialising', false, true, 'cannot be resumed'],
  ['initialising', true, false, 'cannot be resumed'],
  ['initialising', true, true, 'cannot be resumed'],
  ['initialised', false, false, 'restore it'],
  ['initialised', false, true, 'restore it'],
  ['initialised', true, false, 'run'],
  ['initialised', true, true, 'run'],
  ['retired', true, true, 'not known'],
  [undefined, false, true, 'not known'],
];

test.each(rows)('%s, with content %s, with permit %s: %s', (state, hasContent, permitted, then) => {
  const judged = () => judge({ state, hasContent, permitted });
  if (then === 'run' || then === 'initialise') expect(judged()).toBe(then);
  else expect(judged).toThrow(then);
});
