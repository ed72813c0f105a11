import { expect, test } from '@jest/globals';
import { judge } from './guard.ts';
import type { Refusal } from './refusal.ts';

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
  ['initialised', false, false, 'data directory is empty'],
  ['initialised', false, true, 'data directory is empty'],
  ['initialised', true, false, 'run'],
  ['initialised', true, true, 'run'],
  ['retired', true, true, 'not known'],
  [undefined, false, true, 'not known'],
];

const modes = { begun: 'testbed', wanted: 'testbed' };

test.each(rows)('%s, with content %s, with permit %s: %s', (state, hasContent, permitted, then) => {
  const judged = () => judge({ state, hasContent, permitted, ...modes });
  if (then === 'run' || then === 'initialise') expect(judged()).toBe(then);
  else expect(judged).toThrow(then);
});

test.each([
  ['own', 'own', 'resume'],
  ['third-party', 'third-party', 'resume'],
  ['testbed', 'testbed', 'start over'],
  ['own', 'third-party', 'start over'],
  ['testbed', 'own', 'start over'],
  // As an earlier release recorded it.
  [undefined, 'own', 'start over'],
])('an initialisation of mode %s that died, when %s is wanted: %s', (begun, wanted, then) => {
  for (const hasContent of [true, false]) {
    const found = judgedOrRefused({ hasContent, begun, wanted });
    if (then === 'resume') expect(found).toBe('resume');
    else expect(found).toMatchObject({ startOver: true });
  }
});

function judgedOrRefused(evidence: { hasContent: boolean; begun: unknown; wanted: unknown }) {
  try {
    return judge({ state: 'initialising', permitted: false, ...evidence });
  } catch (error) {
    return error as Refusal;
  }
}
