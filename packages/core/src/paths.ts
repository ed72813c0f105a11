/** Where things stand on a node; the same on every node, and part of what the documentation says. */
export const paths = {
  configuration: '/etc/krillmanager/krillmanager.yaml',
  release: '/opt/krillmanager/current',
  state: '/var/lib/krillmanager',
  /** The mount point of the volume. */
  volume: '/var/lib/krillmanager/volume',
  /** What this node remembers when nobody else can be asked. */
  local: '/var/lib/krillmanager/local',
  /** What krillsync writes and NGINX and rsyncd serve. */
  publish: '/var/lib/krillmanager/publish',
  /** Rendered configuration and certificates of the serving stack. */
  serving: '/var/lib/krillmanager/serving',
  brick: '/srv/krillmanager/brick',
  logs: '/var/log/krillmanager',
  run: '/run/krillmanager',
} as const;

/** Names on the volume, relative to its root. */
export const onVolume = {
  cluster: 'cluster.json',
  settings: 'config/settings.json',
  joinMaterial: 'join/material.json',
  nodes: 'nodes',
  node: (node: string): string => `nodes/${node}`,
  member: (node: string): string => `nodes/${node}/member.json`,
  /** Written by init: the node's agent leaves the cluster when it sees it. */
  evicted: (node: string): string => `nodes/${node}/evicted.json`,
  wanted: (node: string): string => `nodes/${node}/wanted.json`,
  authority: 'tls/authority.pem',
  authorityKey: 'tls/authority.key',
  certificate: 'tls/server.pem',
  certificateKey: 'tls/server.key',
  heal: 'status/heal.json',
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
} as const;

export const volumeName = 'krillmanager';
export const agentPort = 9655;
export const krillPort = 3000;
/** The name in the certificate that Krill shows to the other nodes; nobody resolves it. */
export const krillTlsName = 'krill.krillmanager.internal';
/** NGINX answers its own health check here, on loopback. */
export const nginxHealthPort = 9656;
export const krillUid = 1012;
export const krillsyncUid = 1013;
