import { describe as about, expect, test } from '@jest/globals';
import type { Ports } from '../../ports/ports.ts';
import { desired, formed, h2 } from '../../testing/three-nodes.ts';
import type { Step } from '../step.ts';
import { handlerOf } from './handlers.ts';

const silence = 'gluster gave no answer within 30 s (exit 1)';

/** A glusterd that answers no question before the given time. */
async function wait(step: Step, fromMs: number) {
  let ms = 0;
  const late = <T>(answer: T) => {
    if (ms < fromMs) throw new Error(silence);
    return answer;
  };
  const told: string[] = [];
  const ports = {
    pool: {
      probe: async () => undefined,
      startVolume: async () => undefined,
      volume: async () => late(null),
      peers: async () => late(formed.peers),
      onlineBricks: async () => late(desired.volume.bricks),
      healPending: async () => late(0),
    },
    clock: {
      now: () => ms,
      sleep: async (passed: number) => {
        ms += passed;
      },
    },
  } as unknown as Ports;
  const progress = (what: string): void => void told.push(what);
  const applied = handlerOf(step).apply(step, { ports, desired, progress });
  return { told, error: await applied.catch((error: unknown) => error) };
}

about('a glusterd that starts again', () => {
  test.each<readonly [string, Step]>([
    ['peer', { kind: 'pool.probe', peer: h2 }],
    ['brick', { kind: 'volume.start', volume: 'v', bricks: 3 }],
    ['whole copy', { kind: 'volume.heal', volume: 'v', bricks: 3, nodes: [] }],
  ])('does not end the wait for a %s, and is named when it stays away', async (_what, step) => {
    expect(await wait(step, 3000)).toEqual({ told: [silence], error: undefined });
    const { error } = await wait(step, Number.POSITIVE_INFINITY);
    expect(error).toMatchObject({ message: expect.stringContaining(`in vain: ${silence}`) });
  });
});
