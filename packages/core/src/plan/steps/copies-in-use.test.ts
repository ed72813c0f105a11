import { describe as about, expect, test } from '@jest/globals';
import type { NodeStatus } from '../../model/node-status.ts';
import { formatBrick } from '../../model/storage.ts';
import type { Ports } from '../../ports/ports.ts';
import { desired, h1, h2, nodes } from '../../testing/three-nodes.ts';
import { handlerOf } from './handlers.ts';

const all = desired.volume.bricks.map(formatBrick);

/** What each client says of its copies at a moment; null: the agent is silent. */
type Says = (ip: string, ms: number) => readonly string[] | undefined | null;

async function wait(says: Says) {
  let ms = 0;
  let healAsked = false;
  const told: string[] = [];
  const ports = {
    pool: {
      volume: async () => ({ bricks: desired.volume.bricks }),
      onlineBricks: async () => desired.volume.bricks,
      healPending: async () => {
        healAsked = true;
        return 0;
      },
    },
    agents: {
      status: async (ip: string) => {
        const copies = says(ip, ms);
        return copies === null ? null : ({ ...(copies && { copies }) } as NodeStatus);
      },
    },
    clock: {
      now: () => ms,
      sleep: async (passed: number) => {
        ms += passed;
      },
    },
  } as unknown as Ports;
  const step = { kind: 'volume.heal', volume: 'v', bricks: 3, nodes } as const;
  const progress = (what: string): void => void told.push(what);
  const applied = handlerOf(step).apply(step, { ports, desired, progress });
  return { error: await applied.catch((error: unknown) => error), told, healAsked };
}

const lacks = `${h2} has not connected to ${all[2]}`;

about('before an old copy goes', () => {
  test.each<readonly [string, Says, readonly string[]]>([
    ['every client uses all copies', () => all, []],
    [
      'a client needs a moment',
      (ip, ms) => (ip === h2 && ms < 5000 ? all.slice(0, 2) : all),
      [lacks],
    ],
    ['a client is not mounted', (ip) => (ip === h2 ? undefined : all), []],
    [
      'an agent is silent for a moment',
      (ip, ms) => (ip === h1 && ms < 5000 ? null : all),
      [`the agent on ${h1} does not answer`],
    ],
  ])('%s: the wait ends', async (_what, says, told) => {
    expect(await wait(says)).toEqual({ error: undefined, told, healAsked: true });
  });

  test.each<readonly [string, Says, string]>([
    ['a client never hears of one', (ip) => (ip === h2 ? all.slice(0, 2) : all), lacks],
    [
      'an agent stays silent',
      (ip) => (ip === h1 ? null : all),
      `the agent on ${h1} does not answer`,
    ],
  ])('%s: nothing goes', async (_what, says, because) => {
    const { error, healAsked } = await wait(says);
    expect(error).toMatchObject({ exitCode: 5, message: expect.stringContaining(because) });
    expect(healAsked).toBe(false);
  });
});
