import { describe, expect, test } from '@jest/globals';
import { type ContainerSpec, inNoSwarm, parseIp, specHash } from '@krillmanager/core';
import { nextAction } from './next-action.ts';
import type { View } from './view.ts';

const h1 = parseIp('10.55.0.1');
const h2 = parseIp('10.55.0.2');
const cluster = { id: 'c1', epoch: 1 };
const settings = { nodes: [h1, h2] } as unknown as NonNullable<View['memory']['settings']>;
const container = (name: string): ContainerSpec => ({ name, image: name }) as ContainerSpec;
const [krillsync, nginx] = [container('krillsync'), container('nginx')];
const serving = { hash: 's1', spec: { files: [], follows: [], containers: [krillsync, nginx] } };
const running = (spec: ContainerSpec) => ({
  name: spec.name,
  id: spec.name,
  specHash: specHash(spec),
  running: true,
  health: 'healthy' as const,
  startedAtMs: 2000,
  illness: null,
  restarts: 0,
});

/** A slave that has joined and serves; each row takes something away. */
const settled: View = {
  nowMs: 200_000,
  memory: { cluster, settings, serving, loaded: 'f1', left: null },
  addresses: [h2],
  named: [h1, h2],
  recruit: null,
  removed: false,
  family: 'ipv4',
  recruitedOver: null,
  pool: null,
  mount: { mounted: true, answering: true, sinceMs: 1000 },
  volume: {
    cluster,
    settings,
    join: null,
    member: { ip: h2, swarmNodeId: 'n2' },
    asked: false,
    wanted: serving,
    admitted: [],
    evicted: false,
  },
  swarm: {
    state: 'active',
    nodeId: 'n2',
    clusterId: 'w',
    manager: false,
    leader: false,
    address: h2,
    problem: null,
  },
  containers: [running(krillsync), running(nginx)],
  missingImages: [],
  volumeProblem: null,
  files: { changes: [], missing: [], hash: 'f1' },
  tried: { failed: [], startedAgoMs: {}, restartedAgoMs: {} },
};

const fresh = { cluster: null, settings: null, serving: null, loaded: null, left: null };
const unmounted = { mounted: false, answering: false, sinceMs: 0 };
const peer = (host: string) => ({
  uuid: host,
  hosts: [host],
  state: 'member' as const,
  connected: true,
});
const pool = { peers: [peer('10.55.0.1')], volumeExists: true, volumeStarted: true };
const slave: Partial<View> = { memory: fresh, containers: [] };
const alone: Partial<View> = {
  mount: unmounted,
  volume: null,
  named: [],
  pool: { ...pool, peers: [], volumeExists: false },
};
const volume = (change: object) => ({ ...settled.volume, ...change }) as View['volume'];

const failed = (...what: readonly string[]) => ({
  ...settled.tried,
  failed: what.map((each) => ({ what: each, error: 'port is taken' })),
});

const ill = (spec: ContainerSpec) => ({
  ...running(spec),
  health: 'unhealthy' as const,
  illness: 'no answer',
});
const healed = (name: string) => ({
  do: 'restart',
  name,
  because: 'it is unhealthy: no answer',
});
const restarted = (name: string, agoMs: number) => ({
  ...settled.tried,
  restartedAgoMs: { [name]: agoMs },
});

const outOfSwarm = { ...settled.swarm, state: 'inactive', nodeId: null } as View['swarm'];

const rows: readonly [string, Partial<View>, object][] = [
  [
    'the volume there, but not to be read',
    { ...slave, pool, volume: null, volumeProblem: 'reading settings.json: EIO' },
    { do: 'wait', for: 'the volume to answer: reading settings.json: EIO' },
  ],
  [
    'taken in by another than the master awaited',
    { ...slave, mount: unmounted, volume: null, pool, recruit: { master: h2, seal: null } },
    {
      do: 'refuse',
      because: '10.55.0.1 took this server into a storage pool, not the master 10.55.0.2',
    },
  ],
  [
    'a join secret, and nobody has proved to know it',
    { ...slave, pool, swarm: inNoSwarm, recruit: { master: null, seal: 'missing' } },
    { do: 'wait', for: 'the master to prove itself: init --join-secret-file' },
  ],
  [
    'a join secret that the master does not know',
    { ...slave, pool, swarm: inNoSwarm, recruit: { master: null, seal: 'wrong' } },
    { do: 'refuse', because: 'the master does not know our join secret' },
  ],
  [
    'a join secret that the master knows',
    { ...slave, pool, swarm: inNoSwarm, recruit: { master: null, seal: 'right' } },
    { do: 'remember', cluster, settings },
  ],
  [
    'a door with managers that are not the master awaited',
    {
      ...slave,
      pool: null,
      swarm: inNoSwarm,
      volume: volume({ join: { managers: [h1], nodes: [h1, h2], token: 't' } }),
      recruit: { master: h2, seal: 'right' },
    },
    { do: 'refuse', because: 'the managers are 10.55.0.1, the master awaited is 10.55.0.2' },
  ],
  ['all is well', {}, { do: 'rest' }],
  ['alone', { ...slave, ...alone }, { do: 'wait', for: 'the master to create the volume' }],
  [
    'alone, and a master asks over IPv6',
    { ...slave, ...alone, recruitedOver: 'ipv6' },
    { do: 'speak', family: 'ipv6' },
  ],
  [
    'alone, set to IPv6, and a master asks over IPv4',
    { ...slave, ...alone, family: 'ipv6', recruitedOver: 'ipv4' },
    { do: 'speak', family: 'ipv4' },
  ],
  [
    'in a pool: who asks over IPv6 changes nothing',
    { ...slave, mount: unmounted, volume: null, pool, recruitedOver: 'ipv6' },
    { do: 'mount' },
  ],
  ['a member asked over IPv6', { recruitedOver: 'ipv6' }, { do: 'rest' }],
  [
    "a member whose glusterd lost its setting, as by Debian's upgrade",
    { family: 'ipv6' },
    { do: 'speak', family: 'ipv4' },
  ],
  [
    'glusterd down',
    { ...slave, mount: unmounted, volume: null, pool: null },
    { do: 'wait', for: 'glusterd to answer' },
  ],
  [
    'a peer without a name',
    { ...slave, mount: unmounted, volume: null, named: [], pool },
    { do: 'assignNames', nodes: [h1, h2] },
  ],
  [
    'volume not started',
    { ...slave, mount: unmounted, volume: null, pool: { ...pool, volumeStarted: false } },
    { do: 'wait', for: 'the master to start the volume' },
  ],
  ['volume not mounted', { ...slave, mount: unmounted, volume: null, pool }, { do: 'mount' }],
  [
    'mount hangs',
    { mount: { mounted: true, answering: false, sinceMs: 1000 }, volume: null, pool },
    { do: 'mount' },
  ],
  [
    "the volume's client is dead, and krillsync does not run",
    {
      mount: { mounted: true, answering: false, sinceMs: 1000 },
      volume: null,
      pool,
      containers: [{ ...running(krillsync), running: false }, running(nginx)],
    },
    { do: 'mount' },
  ],
  [
    'no sentinel',
    { ...slave, volume: volume({ cluster: null }) },
    { do: 'wait', for: 'the master to found the cluster' },
  ],
  [
    'foreign sentinel',
    { volume: volume({ cluster: { id: 'c2', epoch: 1 } }) },
    { do: 'refuse', because: 'the volume belongs to cluster c2, this node to c1' },
  ],
  ['settings not remembered', slave, { do: 'remember', cluster, settings }],
  [
    'not in the list',
    { addresses: [parseIp('10.55.0.9')] },
    { do: 'refuse', because: 'none of our addresses is in the list of nodes' },
  ],
  ['Docker down', { swarm: null, containers: null }, { do: 'wait', for: 'Docker to answer' }],
  [
    'no token yet',
    { swarm: outOfSwarm, volume: volume({ member: null }) },
    { do: 'wait', for: 'a join token' },
  ],
  ['a member before: asks', { swarm: outOfSwarm }, { do: 'askToJoin', as: h2 }],
  [
    'it has asked',
    { swarm: outOfSwarm, volume: volume({ asked: true }) },
    { do: 'wait', for: 'a join token' },
  ],
  [
    'not recorded',
    { volume: volume({ member: null }) },
    { do: 'record', member: { ip: h2, swarmNodeId: 'n2' } },
  ],
  [
    'recorded as another',
    { volume: volume({ member: { ip: h2, swarmNodeId: 'n1' } }) },
    { do: 'record', member: { ip: h2, swarmNodeId: 'n2' } },
  ],
  [
    'nothing assigned',
    { memory: { ...settled.memory, serving: null }, volume: volume({ wanted: null }) },
    { do: 'wait', for: 'the master to assign the serving stack' },
  ],
  [
    'another stack wanted',
    { volume: volume({ wanted: { ...serving, hash: 's2' } }) },
    { do: 'adopt', wanted: { ...serving, hash: 's2' } },
  ],
  ['images missing', { missingImages: ['a'] }, { do: 'loadImages', missing: ['a'] }],
  ['a container missing', { containers: [running(krillsync)] }, { do: 'serve', container: nginx }],
  [
    'another stack wanted than the one that cannot be served',
    {
      containers: [running(krillsync)],
      volume: volume({ wanted: { ...serving, hash: 's2' } }),
    },
    { do: 'adopt', wanted: { ...serving, hash: 's2' } },
  ],
  [
    'another stack wanted by a cluster that is not ours',
    {
      containers: [running(krillsync)],
      volume: volume({
        cluster: { id: 'c2', epoch: 1 },
        wanted: { ...serving, hash: 's2' },
      }),
    },
    { do: 'serve', container: nginx },
  ],
  [
    'a container that could not be started, and another missing',
    { containers: [], tried: failed('starting krillsync') },
    { do: 'serve', container: nginx },
  ],
  [
    'a container that could not be started, and the volume not mounted',
    {
      containers: [running(krillsync)],
      tried: failed('starting nginx'),
      mount: unmounted,
      volume: null,
      pool,
    },
    { do: 'mount' },
  ],
  [
    'no container could be started: nothing else to do',
    { containers: [], tried: failed('starting krillsync', 'starting nginx') },
    { do: 'rest' },
  ],
  [
    'another stack wanted, and no room for it on the disk',
    {
      containers: [running(krillsync)],
      volume: volume({ wanted: { ...serving, hash: 's2' } }),
      tried: failed('adopting serving stack s2'),
    },
    { do: 'serve', container: nginx },
  ],
  [
    'a container stopped',
    { containers: [running(krillsync), { ...running(nginx), running: false }] },
    { do: 'serve', container: nginx },
  ],
  [
    'a container drifted',
    { containers: [running(krillsync), { ...running(nginx), specHash: 'x' }] },
    { do: 'serve', container: nginx },
  ],
  [
    'cut off: nginx serves',
    { mount: unmounted, volume: null, pool: null, swarm: null, containers: [] },
    { do: 'serve', container: nginx },
  ],
  [
    'mounted after krillsync',
    { mount: { mounted: true, answering: true, sinceMs: 3000 } },
    { do: 'restart', name: 'krillsync', because: 'the volume was mounted after its start' },
  ],
  [
    'mounted after krillsync, which we started a minute ago',
    {
      mount: { mounted: true, answering: true, sinceMs: 3000 },
      tried: { ...settled.tried, startedAgoMs: { krillsync: 60_000 } },
    },
    { do: 'restart', name: 'krillsync', because: 'the volume was mounted after its start' },
  ],
  [
    'mounted after krillsync, which we started just now: whose clock is right?',
    {
      mount: { mounted: true, answering: true, sinceMs: 3000 },
      tried: { ...settled.tried, startedAgoMs: { krillsync: 59_999 } },
    },
    { do: 'rest' },
  ],
  ['a container ill for long', { containers: [running(krillsync), ill(nginx)] }, healed('nginx')],
  [
    'one that was started two minutes ago',
    { containers: [running(krillsync), { ...ill(nginx), startedAtMs: 80_000 }] },
    { do: 'rest' },
  ],
  [
    'one that was started before the clock was set back',
    { containers: [running(krillsync), { ...ill(nginx), startedAtMs: 900_000 }] },
    healed('nginx'),
  ],
  [
    'one that a restart has not healed',
    { containers: [running(krillsync), ill(nginx)], tried: restarted('nginx', 599_999) },
    { do: 'rest' },
  ],
  [
    'one that a restart has not healed, ten minutes ago',
    { containers: [running(krillsync), ill(nginx)], tried: restarted('nginx', 600_000) },
    healed('nginx'),
  ],
  [
    'one that could not be stopped, and another missing',
    { containers: [ill(krillsync)], tried: restarted('krillsync', 1000) },
    { do: 'serve', container: nginx },
  ],
  ['krillsync ill', { containers: [ill(krillsync), running(nginx)] }, healed('krillsync')],
  [
    'krillsync ill, and the volume does not answer',
    {
      containers: [ill(krillsync), running(nginx)],
      mount: { mounted: true, answering: false, sinceMs: 1000 },
      volume: null,
      pool,
    },
    { do: 'mount' },
  ],
  [
    'configuration not loaded',
    { files: { changes: [], missing: [], hash: 'f2' } },
    { do: 'reload', hash: 'f2' },
  ],
  [
    'a container too many',
    { containers: [running(krillsync), running(nginx), running(container('rsyncd'))] },
    { do: 'dismiss', name: 'rsyncd' },
  ],
  [
    'one that was replaced and still answers what it had begun',
    { containers: [running(krillsync), running(nginx), running(container('nginx.old'))] },
    { do: 'rest' },
  ],
  [
    'one that was replaced, and has ended',
    {
      containers: [
        running(krillsync),
        running(nginx),
        { ...running(container('nginx.old')), running: false },
      ],
    },
    { do: 'dismiss', name: 'nginx.old' },
  ],
  [
    'a successor whose agent died, and the one before it wanted again',
    { containers: [running(krillsync), running(nginx), running(container('nginx.next'))] },
    { do: 'dismiss', name: 'nginx.next' },
  ],
  [
    'a successor whose agent died, and no such part wanted any more',
    { containers: [running(krillsync), running(nginx), running(container('rsyncd.next'))] },
    { do: 'dismiss', name: 'rsyncd.next' },
  ],
  [
    'a successor whose agent died, and it is wanted',
    {
      containers: [
        running(krillsync),
        { ...running(nginx), specHash: 'x' },
        running(container('nginx.next')),
      ],
      tried: failed('starting nginx'),
    },
    { do: 'rest' },
  ],
  [
    'a command under way',
    { containers: [running(krillsync), running(nginx), running(container('krillc-7'))] },
    { do: 'rest' },
  ],
  [
    'about to be taken in: the settings do not name us yet, the pool has another newcomer',
    {
      memory: { ...settled.memory, settings: { ...settings, nodes: [h1] } },
      pool: { ...pool, peers: [peer('10.55.0.1'), peer('km-10-55-0-9')] },
      named: [h1],
    },
    { do: 'assignNames', nodes: [h1, h2, parseIp('10.55.0.9')] },
  ],
  [
    'removed while it was without power: the volume is closed to it, and the others say so',
    { mount: unmounted, volume: null, pool, removed: true },
    { do: 'leave', cluster: 'c1' },
  ],
  ['evicted', { volume: volume({ evicted: true }) }, { do: 'leave', cluster: 'c1' }],
  [
    'evicted from a cluster that is not ours',
    {
      ...slave,
      volume: volume({ evicted: true, cluster: { id: 'c2', epoch: 1 }, settings: null }),
    },
    { do: 'wait', for: 'the master to publish the settings' },
  ],
  [
    'left, the pool still lists it',
    { ...slave, memory: { ...fresh, left: 'c1' }, pool, mount: unmounted, volume: null },
    { do: 'wait', for: 'the storage pool to let this node go' },
  ],
  [
    'left, and alone again',
    {
      ...slave,
      memory: { ...fresh, left: 'c1' },
      pool: { ...pool, peers: [], volumeExists: false },
      mount: unmounted,
      volume: null,
    },
    { do: 'forget' },
  ],
  [
    'files missing: no start',
    { containers: [], files: { changes: [], missing: ['tls/server.pem'], hash: '' } },
    { do: 'rest' },
  ],
];

describe('the next action of a node', () => {
  test.each(rows)('%s', (_what, change, action) => {
    expect(nextAction({ ...settled, ...change })).toEqual(action);
  });

  test('a token is used to join', () => {
    const material = { managers: [h1], nodes: [h1, h2], token: 't' };
    const swarm = { ...settled.swarm, state: 'inactive', nodeId: null } as View['swarm'];
    const view = { ...settled, swarm, volume: volume({ join: material }) };
    expect(nextAction(view)).toEqual({ do: 'join', as: h2, material });
  });
});
