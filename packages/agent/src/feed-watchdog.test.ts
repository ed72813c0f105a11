import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { feedWatchdog } from './feed-watchdog.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('the watchdog is fed while the loop goes on, and not while it hangs', () => {
  const watch = { hangs: false };
  const said: unknown[] = [];
  let fed = 0;
  const log = { error: (what: unknown) => void said.push(what) };
  const end = feedWatchdog(watch, log, async () => {
    fed += 1;
  });
  jest.advanceTimersByTime(30_000);
  expect(fed).toBe(3);
  watch.hangs = true;
  jest.advanceTimersByTime(30_000);
  expect(fed).toBe(3);
  expect(said).toEqual(['the loop hangs: systemd starts this agent anew']);
  end();
});
