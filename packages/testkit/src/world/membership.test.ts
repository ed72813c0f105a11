import { describe, expect, test } from '@jest/globals';
import { hostName, type Ip, type KrillSettings, volumeName } from '@krillmanager/core';
import type { FakeWorld } from './fake-world.ts';
import { addresses, freshWorld, release } from './mortal-runs.ts';
import { runInit, wishFor } from './run-init.ts';

const krill: KrillSettings = { mode: 'own', ca: 'ca' };
const [h1, h2, h3, h4, h5] = addresses(5) as unknown as [Ip, Ip, Ip, Ip, Ip];

/** Runs init with a list of nodes, the first being the one it runs on. */
async function init(world: FakeWorld, nodes: readonly [Ip, ...Ip[]], interruptedAfter?: number) {
  const desired = wishFor({ nodes, krill, release }, 'c1');
  const ports = world.portsAt(nodes[0]);
  const options = interruptedAfter === undefined ? { ports } : { ports, interruptedAfter };
  return runInit(world, desired, options);
}

async function formed(): Promise<FakeWorld> {
  const world = freshWorld({ nodes: 5 });
  await init(world, [h1, h2, h3]);
  return world;
}

const bricks = async (world: FakeWorld): Promise<readonly string[]> => {
  const volume = await world.at(h1).machine.pool.volume(volumeName);
  return (volume?.bricks ?? []).map(({ host }) => host).sort();
};

const swarmAddresses = async (world: FakeWorld): Promise<readonly string[]> =>
  (await world.at(h1).machine.swarm.nodes()).map(({ address }) => address).sort();

const containersOf = async (world: FakeWorld, ip: Ip): Promise<readonly string[]> =>
  (await world.at(ip).containers()).map(({ name }) => name);

describe('another list of nodes', () => {
  test('with more of them adds them, and leaves the copies where they are', async () => {
    const world = await formed();
    expect((await init(world, [h1, h2, h3, h4, h5])).left.steps).toEqual([]);
    expect(await bricks(world)).toEqual([h1, h2, h3].map(hostName));
    expect(await swarmAddresses(world)).toEqual([h1, h2, h3, h4, h5]);
    expect(await containersOf(world, h5)).toContain('nginx');
  });

  test('without one of them moves its copy, evicts it and closes the door', async () => {
    const world = await formed();
    await init(world, [h1, h2, h3, h4]);
    expect((await init(world, [h1, h3, h4])).left.steps).toEqual([]);
    expect(await bricks(world)).toEqual([h1, h3, h4].map(hostName));
    expect(await swarmAddresses(world)).toEqual([h1, h3, h4]);
    expect((await world.at(h1).machine.pool.peers()).length).toBe(2);
    for (let looks = 0; looks < 5; looks += 1) await world.pass(2000);
    expect(await containersOf(world, h2)).toEqual([]);
    expect((await world.factsAt(h2)).cluster).toBeNull();
    const volume = await world.at(h1).machine.pool.volume(volumeName);
    expect(volume?.options['auth.allow']).not.toContain(hostName(h2));
  });

  test('without a node that is dead takes it out by force', async () => {
    const world = await formed();
    await init(world, [h1, h2, h3, h4]);
    world.at(h3).machine.host.powerOff();
    expect((await init(world, [h1, h2, h4])).left.steps).toEqual([]);
    expect(await bricks(world)).toEqual([h1, h2, h4].map(hostName));
    expect(await swarmAddresses(world)).toEqual([h1, h2, h4]);
    const volume = await world.at(h1).machine.pool.volume(volumeName);
    expect(volume?.options['auth.allow']).not.toContain(hostName(h3));
  });

  test('without a node that is late to answer lets it leave all the same', async () => {
    const world = await formed();
    await init(world, [h1, h2, h3, h4]);
    const ports = world.portsAt(h1);
    let late = 2;
    const facts = async (ip: Ip) => (ip === h3 && late-- > 0 ? null : ports.agents.facts(ip));
    const desired = wishFor({ nodes: [h1, h2, h4], krill, release }, 'c1');
    const busy = { ...ports, agents: { ...ports.agents, facts } };
    expect((await runInit(world, desired, { ports: busy })).left.steps).toEqual([]);
    for (let looks = 0; looks < 5; looks += 1) await world.pass(2000);
    expect(await containersOf(world, h3)).toEqual([]);
  });

  test('comes to the same end wherever it is interrupted', async () => {
    for (let at = 0; at <= 24; at += 1) {
      const world = await formed();
      await init(world, [h1, h2, h3, h4]);
      await init(world, [h1, h3, h4], at).catch(() => undefined);
      expect({ at, left: (await init(world, [h1, h3, h4])).left.steps }).toEqual({ at, left: [] });
      expect(await bricks(world)).toEqual([h1, h3, h4].map(hostName));
      expect(await swarmAddresses(world)).toEqual([h1, h3, h4]);
    }
  }, 60_000);
});
