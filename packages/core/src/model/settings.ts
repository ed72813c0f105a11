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
  readonly tls: { readonly mode: 'private' };
  readonly rsyncMaxConnections: number;
}

/** What `init` last applied: kept on the volume, copied by every agent to its own disk. */
export interface ClusterSettings extends ServiceSettings {
  readonly release: string;
  /** The node that ran the first `init` stands first. */
  readonly nodes: readonly Ip[];
}

/** The sentinel: tells this cluster's volume from any other directory. */
export interface ClusterRecord {
  readonly id: string;
  /** Grows when a cluster is recovered without its old quorum. */
  readonly epoch: number;
}
