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
  readonly tls: TlsSettings;
  readonly access: AccessSettings;
  readonly rsyncMaxConnections: number;
  /** How long what was replaced stays for clients that are behind. */
  readonly retentionSeconds: number;
  readonly memoryMiB: MemoryLimits;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  readonly storage: StorageSettings;
  /** Of the Swarm; absent: by the number of nodes. */
  readonly managers?: number;
  readonly ports: ServicePorts;
}

export type TlsSettings =
  | { readonly mode: 'private' }
  /** A certificate that the operator gave; it lies on the volume like one of ours. */
  | { readonly mode: 'own'; readonly files?: PairFiles };

/** Where the operator keeps certificate and key, on whichever nodes they are; absolute paths. */
export interface PairFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface StorageSettings {
  /** How many copies of the volume there shall be, as far as there are nodes. */
  readonly replicas: 3 | 5 | 'all';
  /** The node whose copy has names and no content: a vote, for a server with a small disk. */
  readonly arbiter?: Ip;
  /** A cluster of two was insisted on. */
  readonly allowTwo?: true;
}

/** TCP ports on which NGINX and rsyncd listen. What Krill publishes names the usual ones. */
export interface ServicePorts {
  readonly http: number;
  readonly https: number;
  readonly rsync: number;
  /** NGINX takes load balancers' connections with PROXY protocol here. */
  readonly balancers: number;
}

/** Addresses, and networks such as 192.0.2.0/24. */
export interface AccessSettings {
  /** From where Krill's user interface and API may be used. */
  readonly krill: readonly string[];
  /** Whose word on the client's address counts, given by PROXY protocol. */
  readonly balancers: readonly string[];
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
