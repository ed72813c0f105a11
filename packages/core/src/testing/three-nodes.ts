import { usualSettings } from '../config/service-settings.ts';
import type { Desired } from '../model/desired.ts';
import { hostName, type Ip, parseIp } from '../model/ip.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import type { NodeStatus } from '../model/node-status.ts';
import type { Observed, VolumeContents } from '../model/observed.ts';
import { Secret } from '../model/secret.ts';
import type { ClusterSettings } from '../model/settings.ts';
import { inNoSwarm, type SwarmNode } from '../model/swarm.ts';
import { paths, volumeName } from '../paths.ts';
import { volumeOptions } from '../policy.ts';
import { krillLabel, krillSpec } from '../services/krill.ts';
import type { Release } from '../services/release.ts';
import { servingHash } from '../services/serving.ts';
import { servingSpec } from '../services/serving-spec.ts';
import { specHash } from '../services/spec-hash.ts';

/** Three servers, and the two states between which all plans lie: untouched, and formed. */
export const [h1, h2, h3] = ['10.55.0.1', '10.55.0.2', '10.55.0.3'].map(parseIp) as [Ip, Ip, Ip];
export const nodes: readonly Ip[] = [h1, h2, h3];
export const nowMs = Date.UTC(2026, 10, 21);
export const dayMs = 86_400_000;
export const cluster = { id: 'c1', epoch: 1 };
const others = (self: Ip): readonly Ip[] => nodes.filter((ip) => ip !== self);

export const release: Release = {
  version: '1.0.0',
  release: '1.0.0-0123456789ab',
  images: { krill: 'krill:1', nginx: 'nginx:1', rsyncd: 'rsyncd:1', krillsync: 'krillsync:1' },
  krillVersion: '0.16.1',
};

export const settings: ClusterSettings = {
  domains: { krill: 'krill.lab', rrdp: 'rrdp.lab', rsync: 'rsync.lab' },
  krill: { mode: 'own', ca: 'ca' },
  ...usualSettings,
  release: release.release,
  nodes,
};

export const desired: Desired = {
  self: h1,
  nodes,
  settings,
  newClusterId: 'c2',
  volume: {
    name: volumeName,
    bricks: nodes.map((ip) => ({ host: hostName(ip), path: paths.brick })),
    replica: 3,
    options: volumeOptions,
  },
  release,
  serving: servingSpec(settings, release, (template) => `rendered ${template}`),
  managers: 3,
  slaveDeadlineSeconds: 600,
};

export const hash = servingHash(desired.serving);

export const factsOf = (ip: Ip, change: Partial<NodeFacts> = {}): NodeFacts => ({
  release: release.release,
  hostname: `host-${ip}`,
  addresses: [ip],
  clockMs: nowMs,
  docker: {
    version: '20.10.24',
    apiVersion: '1.41',
    liveRestore: false,
    rootless: false,
    usernsRemap: false,
    rootDir: '/var/lib/docker',
  },
  gluster: { version: '10.3', peers: [], connected: [], family: 'ipv4' },
  swarm: { clusterId: null, state: 'inactive' },
  cluster: null,
  brick: 'absent',
  disk: { freeBytes: 20 * 2 ** 30, totalBytes: 40 * 2 ** 30 },
  memoryBytes: 8 * 2 ** 30,
  takenPorts: [],
  named: [],
  ...change,
});

export const statusOf = (ip: Ip, change: Partial<NodeStatus> = {}): NodeStatus => ({
  ip,
  release: release.release,
  cluster,
  nodes,
  domains: settings.domains,
  mode: settings.krill.mode,
  storage: 'ok',
  swarm: 'manager',
  session: 's1',
  serial: 7,
  serving: { hash, healthy: true, ready: true },
  parts: [],
  problems: [],
  doing: 'nothing to do',
  ...change,
});

/** Three servers with our package, an agent on each but the first, and nothing else. */
export const untouched: Observed = {
  self: h1,
  nowMs,
  facts: new Map(nodes.map((ip) => [ip, factsOf(ip)])),
  skewMs: new Map(),
  status: new Map(),
  agentEnabled: false,
  named: [],
  swarm: inNoSwarm,
  swarmNodes: [],
  services: [],
  peers: [],
  volume: null,
  online: null,
  mounted: false,
  contents: null,
};

export const swarmNode = (ip: Ip, change: Partial<SwarmNode> = {}): SwarmNode => ({
  id: `n-${ip}`,
  address: ip,
  hostname: `host-${ip}`,
  role: 'manager',
  ready: true,
  availability: 'active',
  labels: { [krillLabel]: 'ok' },
  leader: ip === h1,
  ...change,
});

export const contents: VolumeContents = {
  cluster,
  settings,
  members: new Map(nodes.map((ip) => [ip, { ip, swarmNodeId: `n-${ip}` }])),
  wanted: new Map(nodes.map((ip) => [ip, hash])),
  joinOpen: false,
  certificate: {
    pem: 'pem',
    names: ['krill.lab', 'rrdp.lab', 'rsync.lab'],
    notAfterMs: nowMs + 60 * dayMs,
  },
  krill: { state: 'initialised', permit: false, prepared: true, token: new Secret('token') },
};

const memberFacts = (ip: Ip): NodeFacts =>
  factsOf(ip, {
    gluster: {
      version: '10.3',
      peers: others(ip).map(hostName),
      connected: others(ip).map(hostName),
      family: 'ipv4',
    },
    swarm: { clusterId: 'w', state: 'active' },
    cluster,
    brick: 'used',
    named: nodes,
  });

export const peer = (ip: Ip): Observed['peers'][number] => ({
  uuid: `uuid-${ip}`,
  hosts: [hostName(ip)],
  state: 'member',
  connected: true,
});

export const krillService: Observed['services'][number] = {
  name: 'krill',
  specHash: specHash(krillSpec(release, cluster.id, settings)),
  desired: 1,
  running: 1,
  nodeId: `n-${h1}`,
  lastError: null,
};

/** The same servers when everything is as wanted: the plan is empty. */
export const formed: Observed = {
  self: h1,
  nowMs,
  skewMs: new Map(),
  facts: new Map(nodes.map((ip) => [ip, memberFacts(ip)])),
  status: new Map(nodes.map((ip) => [ip, statusOf(ip)])),
  agentEnabled: true,
  named: nodes,
  swarm: {
    state: 'active',
    nodeId: `n-${h1}`,
    clusterId: 'w',
    manager: true,
    leader: true,
    address: h1,
    problem: null,
  },
  swarmNodes: nodes.map((ip) => swarmNode(ip)),
  services: [krillService],
  peers: others(h1).map(peer),
  volume: { ...desired.volume, status: 'started' },
  online: desired.volume.bricks,
  mounted: true,
  contents,
};

/** {@link formed}, with something else on the volume. */
export const withContents = (change: Partial<VolumeContents>): Partial<Observed> => ({
  contents: { ...contents, ...change },
});

/** A map with one entry changed, or taken away by null. */
export function except<V>(map: ReadonlyMap<Ip, V>, ip: Ip, value: V | null): ReadonlyMap<Ip, V> {
  const copy = new Map(map);
  if (value === null) copy.delete(ip);
  else copy.set(ip, value);
  return copy;
}

/** The third server without power: its agent, glusterd and dockerd answer nobody. */
export const thirdIsDead: Partial<Observed> = {
  online: desired.volume.bricks.slice(0, 2),
  facts: except(formed.facts, h3, null),
  status: except(formed.status, h3, null),
  peers: [peer(h2), { ...peer(h3), connected: false }],
  swarmNodes: [swarmNode(h1), swarmNode(h2), swarmNode(h3, { ready: false })],
};
