import { describe, expect, test } from '@jest/globals';
import { type ContainerSpec, parseIp, specHash } from '@krillmanager/core';
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
  restarts: 0,
});

/** A slave that has joined and serves; each row takes something away. */
const settled: View = {
  memory: { cluster, settings, serving, loaded: 'f1', left: null },
  addresses: [h2],
  named: [h1, h2],
  pool: null,
  mount: { mounted: true, answering: true, sinceMs: 1000 },
  volume: {
    cluster,
    settings,
    join: null,
    member: { ip: h2, swarmNodeId: 'n2' },
    wanted: serving,
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
  files: { changes: [], missing: [], hash: 'f1' },
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
const volume = (change: object) => ({ ...settled.volume, ...change }) as View['volume'];

const rows: readonly [string, Partial<View>, object][] = [
  ['all is well', {}, { do: 'rest' }],
  [
    'alone',
    {
      ...slave,
      mount: unmounted,
      volume: null,
      named: [],
      pool: { ...pool, peers: [], volumeExists: false },
    },
    { do: 'wait', for: 'the master to create the volume' },
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
    { swarm: { ...settled.swarm, state: 'inactive', nodeId: null } as View['swarm'] },
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
