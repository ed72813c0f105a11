import { expect, test } from '@jest/globals';
import { comesBack } from './comes-back.ts';
import type { ProbeResult } from './mount-probe.ts';

const patienceMs = 15_000;

test.each<[string, (ms: number) => ProbeResult, boolean, boolean, number]>([
  ['answers', () => 'answers', true, true, 0],
  ['its client is dead', () => 'dead', false, false, 0],
  ['its client is connecting', (ms) => (ms < 4000 ? 'dead' : 'answers'), true, true, 4000],
  ['its client stays without bricks', () => 'dead', true, false, patienceMs],
  ['its client hangs', () => 'silent', true, false, patienceMs + 500],
])('a mount: %s', async (_what, answerAt, lives, expected, tookMs) => {
  let now = 0;
  const probe = async (deadlineMs: number) => {
    const answer = answerAt(now);
    if (answer === 'silent') now += deadlineMs;
    return answer;
  };
  const sleep = async (ms: number) => {
    now += ms;
  };
  const watch = { probe, served: async () => lives, monotonicMs: () => now, sleep };
  expect(await comesBack(watch, patienceMs)).toBe(expected);
  expect(now).toBe(tookMs);
});

test('a client that dies while it is waited for', async () => {
  let now = 0;
  const watch = {
    probe: async (): Promise<ProbeResult> => 'dead',
    served: async () => now < 2000,
    monotonicMs: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  expect(await comesBack(watch, patienceMs)).toBe(false);
  expect(now).toBe(2000);
});
