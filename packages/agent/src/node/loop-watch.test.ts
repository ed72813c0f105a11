import { expect, test } from '@jest/globals';
import { LoopWatch } from './loop-watch.ts';

test('a loop that has not moved for eleven minutes hangs', () => {
  let now = 5_000_000;
  const watch = new LoopWatch(() => now);
  now += 660_000;
  expect(watch.hangs).toBe(false);
  now += 1;
  expect(watch.hangs).toBe(true);
  watch.moved();
  expect(watch.hangs).toBe(false);
});
