import { describe, expect, test } from '@jest/globals';
import type { Desired } from '../model/desired.ts';
import { type Ip, parseIp } from '../model/ip.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import type { Observed } from '../model/observed.ts';
import {
  cluster,
  desired,
  except,
  factsOf,
  formed,
  h1,
  h2,
  h3,
  nowMs,
  peer,
  statusOf,
  thirdIsDead,
  untouched,
} from '../testing/three-nodes.ts';
import { preflight } from './preflight.ts';

/** The clocks are as far apart as the facts say. */
const skewed = (observed: Observed): Observed => {
  const { facts } = observed;
  return { ...observed, skewMs: new Map([...facts].map(([ip, f]) => [ip, f.clockMs - nowMs])) };
};

const findings = (observed: Observed) =>
  preflight(skewed(observed), desired).map(({ message, hint }) => ({ message, hint }));

const only = (observed: Observed, message: string, hint: string): void => {
  expect(findings(observed)).toEqual([
    { message: expect.stringContaining(message), hint: expect.stringContaining(hint) },
  ]);
};

/** Untouched servers, of which the second has other facts. */
const second = (change: Partial<NodeFacts>): Observed => ({
  ...untouched,
  facts: except(untouched.facts, h2, factsOf(h2, change)),
});

const docker = (change: object): Partial<NodeFacts> => ({
  docker: { ...(factsOf(h2).docker as NonNullable<NodeFacts['docker']>), ...change },
});
const gluster = (version: string, peers: readonly string[] = []): Partial<NodeFacts> => ({
  gluster: { version, peers, connected: [], family: 'ipv4' },
});

describe('servers that are ready', () => {
  test.each([
    ['untouched', untouched],
    ['formed', formed],
    ['formed, one of them dead', { ...formed, ...thirdIsDead }],
    ['formed, the volume not mounted here', { ...formed, mounted: false, contents: null }],
    ['formed, observed by another manager', { ...formed, self: h2, peers: [peer(h1), peer(h3)] }],
  ])('%s', (_what, observed) => {
    expect(findings(observed)).toEqual([]);
  });
});

/** As the operator reads them. */
const told = (observed: Observed): string =>
  findings(observed)
    .map(({ message, hint }) => `${message}\n  ${hint}\n`)
    .join('');

describe('a server that is not ready', () => {
  test.each<readonly [string, Partial<NodeFacts>]>([
    ['another release', { release: '1.0.1-x' }],
    ['no Docker', { docker: null }],
    ['an old Docker', docker({ version: '19.03.15' })],
    ['an older Docker', docker({ version: '20.9.1' })],
    ['live-restore', docker({ liveRestore: true })],
    ['rootless Docker', docker({ rootless: true })],
    ['Docker as a snap', docker({ rootDir: '/var/snap/docker/common/var-lib-docker' })],
    ['user namespaces', docker({ usernsRemap: true })],
    ['no glusterd', { gluster: null }],
    ['another GlusterFS', gluster('9.6')],
    ['a cluster of its own', { cluster: { id: 'other', epoch: 1 } }],
    ['a Swarm that it manages', { swarm: { clusterId: 'other', state: 'active' } }],
    ['a Swarm that it works for', { swarm: { clusterId: null, state: 'active' } }],
    ['a pool of its own', gluster('10.3', ['192.0.2.1'])],
    ['files in the brick', { brick: 'foreign' }],
    ['an old brick', { brick: 'used' }],
    ['a full disk', { disk: { freeBytes: 2 ** 30, totalBytes: 2 ** 40 } }],
    ['a slow clock', { clockMs: nowMs - 2001 }],
    ['a fast clock', { clockMs: nowMs + 90_000 }],
    ['programs on our ports', { takenPorts: [80, 3000] }],
  ])('has %s', (_what, change) => {
    expect(told(second(change))).toMatchSnapshot();
  });

  test('is this one, without Docker: what others have is told, and they are no strangers', () => {
    const facts = new Map(formed.facts)
      .set(h1, factsOf(h1, { docker: null, cluster }))
      .set(h3, factsOf(h3, { cluster, disk: { freeBytes: 2 ** 20, totalBytes: 2 ** 40 } }));
    const swarm = { ...untouched.swarm, problem: 'Docker does not answer' };
    const blind = { ...formed, facts, swarm, swarmNodes: [], services: [] };
    expect(told(blind)).toMatchSnapshot();
  });

  test('may have Docker 20.10 or later, a clock 2 s apart, 2 GiB free', () => {
    const limit = {
      ...docker({ version: '29.0.0' }),
      clockMs: nowMs + 2000,
      disk: { freeBytes: 2 * 2 ** 30, totalBytes: 2 ** 40 },
    };
    expect(findings(second(limit))).toEqual([]);
    expect(findings(second(docker({ version: '20.10.0' })))).toEqual([]);
  });

  test('is told of together with all others, and with all that it has', () => {
    const facts = new Map([
      [h1, factsOf(h1, { takenPorts: [443] })],
      [h2, factsOf(h2, { docker: null, gluster: null })],
      [h3, factsOf(h3, { clockMs: nowMs - 5000 })],
    ]);
    expect(findings({ ...untouched, facts }).map(({ message }) => message)).toEqual([
      'another program listens on port 443 of 10.55.0.1',
      'Docker does not answer on 10.55.0.2',
      'glusterd does not answer on 10.55.0.2',
      'the clock of 10.55.0.3 is 5 s apart from ours',
    ]);
  });
});

describe('who belongs to whom', () => {
  const member = (change: Partial<NodeFacts>): Observed => ({
    ...formed,
    facts: except(formed.facts, h2, factsOf(h2, change)),
  });

  test('a member of another cluster is not taken into a formed one', () => {
    only(member({ cluster: { id: 'other', epoch: 1 } }), 'belongs to cluster other', 'leave');
  });

  test('a worker of ours, which cannot name its Swarm, is ours', () => {
    expect(findings(member({ swarm: { clusterId: null, state: 'active' } }))).toEqual([]);
  });

  test('a worker that has joined and is not recorded yet is ours', () => {
    const contents = { ...formed.contents, members: new Map() } as Observed['contents'];
    const worker = member({ swarm: { clusterId: null, state: 'active' } });
    expect(findings({ ...worker, contents })).toEqual([]);
  });

  test('a peer of ours is one by its address too', () => {
    const peers = [{ ...peer(h2), hosts: [h2] }, peer(h3)];
    expect(findings({ ...formed, peers })).toEqual([]);
  });

  test('a peer is not one for the end of its address', () => {
    const peers = [{ ...peer(h2), hosts: ['km-110-55-0-2'] }];
    only({ ...second(gluster('10.3', ['x'])), peers }, 'another storage pool', 'leave');
  });

  test('our own cluster is not a stranger while its volume is not mounted', () => {
    const blind = { ...member({ cluster }), mounted: false, contents: null };
    expect(findings(blind)).toEqual([]);
  });

  test('bricks are used in a cluster that has a volume', () => {
    expect(findings(member({ brick: 'used' }))).toEqual([]);
  });
});

describe('a worker', () => {
  test('is told to leave the command to a manager, and nothing else', () => {
    const swarm = { ...formed.swarm, manager: false, leader: false, clusterId: null };
    const blind = { swarm, swarmNodes: [], services: [], status: new Map([[h1, statusOf(h1)]]) };
    only({ ...formed, ...blind }, '10.55.0.1, is a worker', 'on a manager');
  });
});

describe('a volume with an arbiter', () => {
  const volume = { ...desired.volume, status: 'started', arbiter: true } as const;
  const said = (observed: Observed, wanted: Desired) =>
    preflight(observed, wanted).map(({ message }) => message);

  test('stays what it was made as', () => {
    expect(said({ ...formed, volume }, desired)).toEqual([
      'the volume has an arbiter, and is wanted without one',
    ]);
    const wanted = { ...desired, volume: { ...desired.volume, arbiter: true } } as const;
    expect(said({ ...formed, volume }, wanted)).toEqual([]);
    expect(said(formed, wanted)).toEqual(['the volume has no arbiter, and is wanted with one']);
  });

  test('keeps the nodes that hold it', () => {
    const two = {
      ...desired,
      nodes: [h1, h2],
      volume: { ...desired.volume, arbiter: true },
    } as const;
    expect(said({ ...formed, volume }, two)).toEqual([
      '10.55.0.3 holds a part of a volume with an arbiter',
    ]);
  });
});

test('a server that is new and silent is not taken in unseen', () => {
  const silent = { ...untouched, facts: except(untouched.facts, h2, null) };
  only(silent, 'the agent of 10.55.0.2 does not answer', 'krillmanager --slave=1 init');
});

describe('a removal', () => {
  const without = (...staying: Ip[]): Desired => ({ ...desired, nodes: staying });
  const said = (observed: Observed, wanted: Desired) =>
    preflight(observed, wanted).map(({ message }) => message);

  test('of a node that is dead, or of one while all others answer, is allowed', () => {
    expect(said({ ...formed, ...thirdIsDead }, without(h1, h2))).toEqual([]);
    expect(said(formed, without(h1, h2))).toEqual([]);
  });

  test('that leaves too few who answer is refused', () => {
    expect(said({ ...formed, ...thirdIsDead }, without(h1, h3))).toEqual([
      'without 10.55.0.2 only 1 of 2 nodes would answer: too few to agree',
      'without 10.55.0.2 only 1 of 2 copies of the volume would answer: too few to agree',
      'only 1 of the 2 managers that the Swarm would have left answer: too few to agree',
    ]);
  });

  const copies = desired.volume.bricks;
  const two = { ...without(h1, h2), volume: { ...desired.volume, replica: 2 } };

  test.each([
    ['the only other copy does not run', copies.filter((_, at) => at !== 1), 1],
    ['glusterd does not say what runs', null, 0],
  ])('that would cost a good copy is refused: %s', (_what, online, left) => {
    expect(said({ ...formed, online }, two)).toEqual([
      `without 10.55.0.3 only ${left} of 2 copies of the volume would answer: too few to agree`,
    ]);
  });

  test('that moves a copy while another one does not run is refused', () => {
    const h4 = parseIp('10.55.0.4');
    const wanted = without(h1, h3, h4);
    const facts = except(formed.facts, h4, factsOf(h4));
    const met = { peers: [...formed.peers, peer(h4)], facts };
    expect(said({ ...formed, ...met }, wanted)).toEqual([]);
    expect(said({ ...formed, ...met, online: copies.slice(0, 2) }, wanted)).toEqual([
      'the copy of the volume on 10.55.0.3 does not run: none can be moved now',
    ]);
  });

  test('of a copy alone is looked at as closely', () => {
    const fewer = { ...desired, volume: { ...desired.volume, replica: 1 } };
    expect(said({ ...formed, online: copies.slice(1) }, fewer)).toEqual([
      'with fewer copies only 0 of 1 copies of the volume would answer: too few to agree',
    ]);
    expect(said(formed, fewer)).toEqual([]);
  });
});
