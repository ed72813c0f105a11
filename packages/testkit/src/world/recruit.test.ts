import { describe, expect, test } from '@jest/globals';
import { writeTerms } from '@krillmanager/agent/logic';
import { type Ip, Secret } from '@krillmanager/core';
import type { FakeWorld } from './fake-world.ts';
import { addresses, freshWorld, release } from './mortal-runs.ts';
import { runInit, wishFor } from './run-init.ts';

const [h1, h2, h3] = addresses(3) as unknown as [Ip, Ip, Ip];
const [ours, another] = [new Secret('ours'), new Secret('another')];

/** Three servers, two of which let in only who knows our secret, and only through that master. */
async function guarded(master: Ip | null = h1): Promise<FakeWorld> {
  const world = freshWorld({ nodes: 3 });
  for (const ip of [h2, h3]) await writeTerms(world.at(ip).local, { master, secret: ours });
  return world;
}

const init = (world: FakeWorld, joinSecret?: Secret) => {
  const wish = wishFor({ nodes: [h1, h2, h3], krill: { mode: 'own', ca: 'ca' }, release }, 'c1');
  const desired = { ...wish, ...(joinSecret && { joinSecret }) };
  return runInit(world, desired, { ports: world.portsAt(h1) });
};

const swarmOf = async (world: FakeWorld): Promise<readonly string[]> =>
  (await world.at(h1).machine.swarm.nodes()).map(({ address }) => address).sort();

describe('a slave with a join secret', () => {
  test('is taken in by a master that knows it', async () => {
    const world = await guarded();
    expect((await init(world, ours)).left.steps).toEqual([]);
    expect(await swarmOf(world)).toEqual([h1, h2, h3]);
  });

  test.each([
    ['that has none', undefined, { do: 'wait', for: expect.stringContaining('to prove itself') }],
    ['that has another', another, { do: 'refuse', because: expect.stringContaining('secret') }],
  ])('keeps nothing of a master %s, until it has the right one', async (_what, secret, action) => {
    const world = await guarded();
    await expect(init(world, secret)).rejects.toThrow(`${h2} to join`);
    expect(world.at(h2).action).toEqual(action);
    expect((await world.factsAt(h2)).cluster).toBeNull();
    expect(await swarmOf(world)).toEqual([h1]);
    expect((await init(world, ours)).left.steps).toEqual([]);
    expect(await swarmOf(world)).toEqual([h1, h2, h3]);
  });
});

test('a slave that waits for another master refuses this one', async () => {
  const world = await guarded(h3);
  await expect(init(world, ours)).rejects.toThrow();
  expect(await swarmOf(world)).toEqual([h1]);
  expect((await world.factsAt(h2)).cluster).toBeNull();
});
