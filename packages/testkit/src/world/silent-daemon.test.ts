import { expect, test } from '@jest/globals';
import { type Ip, type Ports, UserError } from '@krillmanager/core';
import { addresses, freshWorld, release } from './mortal-runs.ts';
import { runInit, wishFor } from './run-init.ts';

const nodes = addresses(3) as unknown as [Ip, Ip, Ip];

test('Docker down where init runs is told with all that the others have', async () => {
  const world = freshWorld({ nodes: 3 });
  const desired = wishFor({ nodes, krill: { mode: 'own', ca: 'ca' }, release }, 'c1');
  world.at(nodes[1]).agentActive = false;
  const there = world.portsAt(nodes[0]);
  const down = async (): Promise<never> => {
    throw new UserError('Docker does not answer');
  };
  const ports = { ...there, swarm: { ...there.swarm, membership: down } } as Ports;
  const asked = runInit(world, desired, { ports });
  await expect(asked).rejects.toThrow(
    /Docker does not answer on 10\.55\.0\.1; .*the agent of 10\.55\.0\.2 does not answer/,
  );
  expect(await there.pool.peers()).toEqual([]);
});
