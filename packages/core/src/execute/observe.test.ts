import { describe, expect, test } from '@jest/globals';
import type { Ip } from '../model/ip.ts';
import type { Ports } from '../ports/ports.ts';
import { factsOf, formed, h1, h2, h3, peer } from '../testing/three-nodes.ts';
import { observe } from './observe.ts';

/** A cluster of three that this machine knows from its pool alone; the third answers at its so many'th question. */
async function look({ nodes, answersAt }: { nodes: readonly Ip[]; answersAt: number }) {
  const patience: (number | undefined)[] = [];
  const facts = async (ip: Ip, withinMs?: number) => {
    if (ip === h3) patience.push(withinMs);
    return ip === h3 && patience.length < answersAt ? null : factsOf(ip);
  };
  const ports = {
    swarm: { membership: async () => ({ ...formed.swarm, manager: false }) },
    mount: { state: async () => ({ mounted: false, answering: false, sinceMs: 0 }) },
    units: { isActive: async () => true },
    names: { named: async () => [] },
    pool: {
      peers: async () => [h2, h3].map(peer),
      volume: async () => formed.volume,
      onlineBricks: async () => Promise.reject(new Error('glusterd is busy')),
    },
    agents: { facts, status: async () => null },
    clock: { now: () => 0, sleep: async () => undefined },
  } as unknown as Ports;
  const ownFacts = async () => factsOf(h1);
  return { patience, seen: await observe({ ports, self: h1, nodes, ownFacts }) };
}

describe('a node that is to leave', () => {
  test('is asked three times, and has time to answer', async () => {
    const { seen, patience } = await look({ nodes: [h1, h2], answersAt: 3 });
    expect(seen.facts.has(h3)).toBe(true);
    expect(patience).toEqual([10_000, 10_000, 10_000]);
  });

  test('that is silent for so long counts as silent', async () => {
    const { seen } = await look({ nodes: [h1, h2], answersAt: 4 });
    expect(seen.facts.has(h3)).toBe(false);
  });
});

test('a Swarm that elected a leader during the look is seen with it', async () => {
  const leaderless = { ...formed.swarm, clusterId: null, leader: false, problem: 'no leader' };
  const memberships = [leaderless, formed.swarm];
  const ports = {
    swarm: {
      membership: async () => memberships.shift(),
      nodes: async () => formed.swarmNodes,
      services: async () => [],
    },
    mount: { state: async () => ({ mounted: false, answering: false, sinceMs: 0 }) },
    units: { isActive: async () => true },
    names: { named: async () => [] },
    pool: { peers: async () => [], volume: async () => null },
    agents: { facts: async () => null, status: async () => null },
    clock: { now: () => 0 },
  } as unknown as Ports;
  const seen = await observe({ ports, self: h1, nodes: [h1], ownFacts: async () => factsOf(h1) });
  expect(seen).toMatchObject({ swarm: formed.swarm, swarmNodes: formed.swarmNodes });
});

test('a glusterd that does not say which bricks run spoils nothing else', async () => {
  const { seen } = await look({ nodes: [h1, h2, h3], answersAt: 1 });
  expect(seen).toMatchObject({ online: null, volume: formed.volume });
});
