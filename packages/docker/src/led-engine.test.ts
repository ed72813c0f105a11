import { describe, expect, test } from '@jest/globals';
import { UserError } from '@krillmanager/core';
import type Dockerode from 'dockerode';
import type { Engine } from './engine.ts';
import { LedEngine } from './led-engine.ts';

const leaderless = 'rpc error: The swarm does not have a leader.';

/** A dockerd that has no leader for so many questions about its Swarm, and says so of all else. */
function dockerd(leaderlessFor: number, { manager = true, status = 500 } = {}) {
  let looks = 0;
  let asked = 0;
  const led = () => looks >= leaderlessFor;
  const ask = async (what: string): Promise<unknown> => {
    if (what === 'asking Docker for its Swarm') {
      const problem = led() ? '' : leaderless;
      looks += 1;
      return { Swarm: { LocalNodeState: 'active', ControlAvailable: manager, Error: problem } };
    }
    asked += 1;
    if (led() && leaderlessFor > 0) return ['node'];
    throw new UserError(`${what}: ${leaderless}`, { cause: { statusCode: status } });
  };
  const engine = { ask, find: ask } as unknown as Engine;
  return { engine, asked: () => asked };
}

const list = (docker: Dockerode) => docker.listNodes();

describe('a question for the leader of the Swarm', () => {
  test.each([1, 2])('waits for an election and is put again (%i looks)', async (looks) => {
    const { engine, asked } = dockerd(looks);
    expect(await new LedEngine(engine, 5000).ask('listing', list)).toEqual(['node']);
    expect(asked()).toBe(2);
  });

  test('fails in the words of dockerd when no leader is elected', async () => {
    const { engine, asked } = dockerd(Number.POSITIVE_INFINITY);
    await expect(new LedEngine(engine, 50).find('listing', list)).rejects.toThrow(leaderless);
    expect(asked()).toBe(1);
  });

  test.each([
    ['there is a leader, and it is refused', dockerd(0)],
    ['this is no manager', dockerd(Number.POSITIVE_INFINITY, { manager: false })],
    ['it is the question that is wrong', dockerd(Number.POSITIVE_INFINITY, { status: 409 })],
  ])('fails at once when %s', async (_what, { engine, asked }) => {
    await expect(new LedEngine(engine, 60_000).ask('listing', list)).rejects.toThrow('listing');
    expect(asked()).toBe(1);
  });
});
