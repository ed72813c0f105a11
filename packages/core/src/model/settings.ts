import type { Ip } from './ip.ts';
import type { Domains } from './node-status.ts';

export type KrillSettings =
  | { readonly mode: 'own'; readonly ca: string }
  | { readonly mode: 'third-party'; readonly ca: string }
  | { readonly mode: 'testbed'; readonly cas: number; readonly roas: number };

/** What the operator wants of the services, independent of the nodes. */
export interface ServiceSettings {
  readonly domains: Domains;
  readonly krill: KrillSettings;
  /** `own`: a certificate that the operator gave; it lies on the volume like one of ours. */
  readonly tls: { readonly mode: 'private' | 'own' };
  readonly rsyncMaxConnections: number;
  /** How long what was replaced stays for clients that are behind. */
  readonly retentionSeconds: number;
  readonly memoryMiB: MemoryLimits;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
}

export interface MemoryLimits {
  readonly krill: number;
  /** Krill's own rsync tree: counts against Krill's memory. */
  readonly krillRsyncTree: number;
  readonly nginx: number;
  readonly rsyncd: number;
  readonly krillsync: number;
}

export type Part = 'krill' | 'nginx' | 'rsyncd' | 'krillsync';

/** What `init` last applied: kept on the volume, copied by every agent to its own disk. */
export interface ClusterSettings extends ServiceSettings {
  readonly release: string;
  /** The node that ran the first `init` stands first. */
  readonly nodes: readonly Ip[];
  /** `krillmanager stop` was said: nothing is served, Krill does not run. */
  readonly stopped?: true;
  /** How often each part was told to start anew; a part that never was is absent. */
  readonly restarts?: Readonly<Partial<Record<Part, number>>>;
}

/** The sentinel: tells this cluster's volume from any other directory. */
export interface ClusterRecord {
  readonly id: string;
  /** Grows when a cluster is recovered without its old quorum. */
  readonly epoch: number;
}
