import { describe, expect, test } from '@jest/globals';
import { type KrillSettings, onVolume } from '@krillmanager/core';
import fc from 'fast-check';
import { type Crossing, changes } from './crossing.ts';
import { fits } from './fake-certificates.ts';
import type { FakeWorld } from './fake-world.ts';
import {
  addresses,
  type Fate,
  freshWorld,
  initOnce,
  meetFate,
  type Trouble,
} from './mortal-runs.ts';
import { snapshot } from './snapshot.ts';

const [master] = addresses(1);
const calm: Crossing = (_call, through) => through();
const own: KrillSettings = { mode: 'own', ca: 'ca' };
const modes: readonly KrillSettings[] = [
  own,
  { mode: 'third-party', ca: 'ca' },
  { mode: 'testbed', cas: 1, roas: 1 },
];

/** The end that an undisturbed run comes to. */
async function undisturbed(wish: Pick<Fate, 'nodes' | 'krill'>): Promise<string> {
  const world = freshWorld(wish);
  await initOnce(world, wish, { run: 0, crossing: calm });
  await settle(world);
  return snapshot(world, master);
}

const containerIds = async (world: FakeWorld) =>
  Promise.all(world.nodes.map(async (node) => (await node.containers()).map(({ id }) => id)));

/** Runs `init` once more and tells what it, and the agents meanwhile, did. */
async function initAgain(world: FakeWorld, wish: Pick<Fate, 'nodes' | 'krill'>) {
  const changed: string[] = [];
  const crossing: Crossing = (call, through) => {
    if (changes(call)) changed.push(call);
    return through();
  };
  const { done } = await initOnce(world, wish, { run: 99, crossing });
  await world.pass(1000);
  const busy = world.nodes.map(({ action }) => action?.do).filter((doing) => doing !== 'rest');
  return { done, changed, busy };
}

const atRest = { done: 0, changed: [], busy: [] };

describe.each([3, 4, 5])('init on %i fresh servers', (nodes) => {
  test.each(modes)('forms the cluster, with Krill in mode $mode', async (krill) => {
    const world = freshWorld({ nodes });
    const { left } = await initOnce(world, { nodes, krill }, { run: 0, crossing: calm });
    expect(left.steps).toEqual([]);
    expect(world.krill.initialised).toBe(1);
    await settle(world);
    expect(await initAgain(world, { nodes, krill })).toEqual(atRest);
  });
});

/** The agents do what they still had to, such as the reload of what has just started. */
async function settle(world: FakeWorld): Promise<void> {
  for (let looks = 0; looks < 5; looks += 1) await world.pass(2000);
}

const read = (world: FakeWorld, path: string) => world.at(master).mount.tree?.files.get(path);
const serialOf = (world: FakeWorld, path: string) => read(world, path)?.content ?? '';

/** Nothing that the parts need of one another was made by two different runs. */
function requireWhole(world: FakeWorld): void {
  const authority = serialOf(world, onVolume.authority);
  const pairs = [
    [onVolume.certificate, onVolume.certificateKey],
    [onVolume.krillCertificate, onVolume.krillKey],
  ] as const;
  for (const [certificate, key] of pairs) {
    expect(fits(serialOf(world, certificate), serialOf(world, key), authority)).toBe(true);
  }
  expect(read(world, onVolume.joinMaterial)).toBeUndefined();
  expect(read(world, onVolume.krillPermit)).toBeUndefined();
  expect(world.krill.initialised).toBe(1);
}

const death = fc.record({
  dies: fc.constantFrom('before', 'after'),
  change: fc.integer({ min: 1, max: 60 }),
});
const interruption = fc.record({ interruptedAfter: fc.integer({ min: 0, max: 40 }) });

const trouble: fc.Arbitrary<Trouble> = fc.record({
  end: fc.oneof({ weight: 4, arbitrary: death }, { weight: 1, arbitrary: interruption }),
  restMs: fc.constantFrom(0, 10, 1000, 60_000),
  reboots: fc.option(fc.integer({ min: 0, max: 4 })),
});

const fate: fc.Arbitrary<Fate> = fc.record({
  nodes: fc.integer({ min: 3, max: 5 }),
  krill: fc.constantFrom(...modes),
  troubles: fc.array(trouble, { minLength: 1, maxLength: 5 }),
  agentsActEvery: fc.integer({ min: 1, max: 50 }),
  agentDeaths: fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 30 }),
});

const ends = new Map<string, Promise<string>>();

function undisturbedEnd(wish: Pick<Fate, 'nodes' | 'krill'>): Promise<string> {
  const key = `${wish.nodes} ${wish.krill.mode}`;
  const found = ends.get(key) ?? undisturbed(wish);
  ends.set(key, found);
  return found;
}

/** Through all troubles, then once in peace; then once more. */
async function requireSameEnd(lot: Fate): Promise<void> {
  const world = freshWorld(lot);
  await meetFate(world, lot);
  const { left } = await initOnce(world, lot, { run: 98, crossing: calm });
  expect(left.steps).toEqual([]);
  requireWhole(world);
  await settle(world);
  const [before, ids] = [await snapshot(world, master), await containerIds(world)];
  expect(before).toBe(await undisturbedEnd(lot));
  expect(await initAgain(world, lot)).toEqual(atRest);
  expect(await containerIds(world)).toEqual(ids);
  expect(await snapshot(world, master)).toBe(before);
}

describe('init that dies comes to the same end when it is run again, and then changes nothing', () => {
  const wish = { nodes: 3, krill: own };

  test('after any single change', async () => {
    const calls: string[] = [];
    const crossing: Crossing = (call, through) => {
      if (changes(call)) calls.push(call);
      return through();
    };
    await initOnce(freshWorld(wish), wish, { run: 0, crossing });
    expect(calls.length).toBeGreaterThan(40);
    for (const at of calls.keys()) {
      const end = { dies: 'after', change: at + 1 } as const;
      const troubles = [{ end, restMs: 0, reboots: null }];
      await requireSameEnd({ ...wish, troubles, agentsActEvery: 1000, agentDeaths: [] });
    }
  }, 60_000);

  test('anywhere, any number of times, with agents that die and nodes that lose their power', async () => {
    await fc.assert(fc.asyncProperty(fate, requireSameEnd), { numRuns: 100 });
  }, 120_000);
});

test('a permit that Krill uses while init looks is not given again', async () => {
  const wish = { nodes: 3, krill: own };
  for (let at = 1; at <= 20; at += 1) {
    const world = freshWorld(wish);
    // Up to the service of Krill, which is still starting when the next run looks at the volume.
    const troubles = [{ end: { interruptedAfter: 26 }, restMs: 0, reboots: null }];
    await meetFate(world, { ...wish, troubles, agentsActEvery: 1000, agentDeaths: [] });
    let reads = 0;
    await initOnce(world, wish, {
      run: 1,
      crossing: async (call, through) => {
        const answer = await through();
        if (call === 'files.read') reads += 1;
        if (call === 'files.read' && reads === at) await world.pass(2000);
        return answer;
      },
    });
    requireWhole(world);
  }
});
