import { expect, test } from '@jest/globals';
import { isFresh } from './is-fresh.ts';

test.each<readonly [number, boolean]>([
  [0, true],
  [99, true],
  [100, false],
  [Number.POSITIVE_INFINITY, false],
  [-1, false],
])('%d ms ago is within the last 100 ms: %s', (agoMs, fresh) => {
  expect(isFresh(agoMs, 100)).toBe(fresh);
});
