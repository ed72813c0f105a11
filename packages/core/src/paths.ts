/** Where things stand on a node; the same on every node, and part of what the documentation says. */
export const paths = {
  configuration: '/etc/krillmanager/krillmanager.yaml',
  release: '/opt/krillmanager/current',
  state: '/var/lib/krillmanager',
  /** The mount point of the volume. */
  volume: '/var/lib/krillmanager/volume',
  /** What this node remembers when nobody else can be asked. */
  local: '/var/lib/krillmanager/local',
  /** By what the other agents know ours. */
  identity: '/var/lib/krillmanager/local/agent',
  /** What the operator told this server about itself; it outlasts any cluster. */
  told: '/var/lib/krillmanager/told',
  /** What krillsync writes and NGINX and rsyncd serve. */
  publish: '/var/lib/krillmanager/publish',
  /** Rendered configuration and certificates of the serving stack. */
  serving: '/var/lib/krillmanager/serving',
  brick: '/srv/krillmanager/brick',
  logs: '/var/log/krillmanager',
  run: '/run/krillmanager',
  /** Where Krill's supervisor tells the agent of its node what keeps it from starting Krill. */
  supervisor: '/run/krillmanager/supervisor',
  /** Where the agent tells Krill's supervisor what its heartbeats show. */
  heartbeats: '/run/krillmanager/heartbeats',
} as const;

/** Names on the volume, relative to its root. */
export const onVolume = {
  cluster: 'cluster.json',
  /** Held by whoever changes the cluster. */
  lock: 'lock/init',
  settings: 'config/settings.json',
  /** Empty unless somebody is joining. */
  join: 'join',
  /** Addresses that may reach the volume, written by init for the nodes' firewalls. */
  admitted: 'config/admitted.json',
  joinMaterial: 'join/material.json',
  nodes: 'nodes',
  node: (node: string): string => `nodes/${node}`,
  member: (node: string): string => `nodes/${node}/member.json`,
  /** Written by init: the node's agent leaves the cluster when it sees it. */
  evicted: (node: string): string => `nodes/${node}/evicted.json`,
  /** The certificate that the node's agent shows to the others; its key never leaves the node. */
  agentCertificate: (node: string): string => `nodes/${node}/agent.pem`,
  /** What nodes ask of a manager's agent; empty unless somebody is waiting. */
  requests: 'requests',
  wanted: (node: string): string => `nodes/${node}/wanted.json`,
  authority: 'tls/authority.pem',
  authorityKey: 'tls/authority.key',
  certificate: 'tls/server.pem',
  certificateKey: 'tls/server.key',
  /** Where the nodes' krillsync wait for each other; theirs to write. */
  barrier: 'barrier',
  storage: 'status/storage.json',
  /** The note of a held update that is to be shown. */
  accepted: 'barrier/accepted.json',
  krill: 'krill',
  krillData: 'krill/data',
  krillGuard: 'krill/guard',
  krillState: 'krill/guard/state.json',
  krillPermit: 'krill/guard/permit.json',
  krillSentinel: 'krill/guard/cluster.json',
  krillSettings: 'krill/guard/settings.json',
  krillToken: 'krill/guard/admin-token',
  krillCertificate: 'krill/data/ssl/cert.pem',
  krillKey: 'krill/data/ssl/key.pem',
  trustAnchor: 'krill/ta',
  /** What a CA gives to its parent, and to the repository of a third party. */
  childRequest: 'krill/guard/child-request.xml',
  publisherRequest: 'krill/guard/publisher-request.xml',
} as const;

/** The same directory in Krill's container, and what is in it. */
export const supervisorReports = { inside: '/run/supervisor', refusal: 'refusal.json' } as const;

export const volumeName = 'krillmanager';
export const agentPort = 9655;
/** Agents among themselves. */
export const clusterPort = 9654;
export const krillPort = 3000;
/** The name in the certificate that Krill shows to the other nodes; nobody resolves it. */
export const krillTlsName = 'krill.krillmanager.internal';
/** NGINX answers its own health check here, on loopback. */
export const nginxHealthPort = 9656;

/** Ports among the servers, and what each is for; a port of NGINX or rsyncd may be none of them. */
const clusterPorts: readonly (readonly [use: string, first: number, last: number])[] = [
  ['Docker Swarm', 2377, 2377],
  ['Krill', krillPort, krillPort],
  ['Docker Swarm', 7946, 7946],
  ['the agent', 9654, nginxHealthPort],
  ['GlusterFS', 24_007, 24_008],
  ['GlusterFS', 49_152, 49_251],
];

export const clusterUseOf = (port: number): string | undefined =>
  clusterPorts.find(([, first, last]) => first <= port && port <= last)?.[0];

export const krillUid = 1012;
export const krillsyncUid = 1013;
