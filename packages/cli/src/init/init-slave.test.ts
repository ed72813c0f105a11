import { describe, expect, test } from '@jest/globals';
import type { NodeStatus } from '@krillmanager/core';
import { awaitMembership } from './init-slave.ts';

/** Serves from so many seconds on; what happened before counts for nothing. */
async function waitFor(seconds: number, servesAfter: number): Promise<number> {
  let now = 0;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const status = async () =>
    now === 0 ? null : ({ serving: { healthy: now >= servesAfter * 1000 } } as NodeStatus);
  await awaitMembership({ clock, agents: { status } }, seconds);
  return now / 1000;
}

describe('a slave that waits for its master', () => {
  test('ends when it serves', async () => {
    expect(await waitFor(600, 7)).toBe(7);
  });

  test('gives up at its deadline', async () => {
    await expect(waitFor(5, 7)).rejects.toMatchObject({
      exitCode: 5,
      hint: expect.stringContaining('krillmanager init'),
    });
  });
});
