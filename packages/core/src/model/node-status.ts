import type { Ip } from './ip.ts';

export type StorageHealth = 'ok' | 'healing' | 'down' | 'absent' | 'client';
export type SwarmStanding = 'manager' | 'worker' | 'down' | 'absent';

/** What the agent of a node says of it, over HTTP and without secrets. */
export interface NodeStatus {
  readonly ip: Ip | null;
  readonly release: string;
  readonly cluster: { readonly id: string; readonly epoch: number } | null;
  readonly nodes: readonly Ip[];
  /** `krillmanager stop` was said. */
  readonly stopped?: true;
  readonly domains: Domains | null;
  readonly storage: StorageHealth;
  readonly swarm: SwarmStanding;
  /** What NGINX and rsyncd serve here; null before there is anything. */
  readonly session: string | null;
  readonly serial: number | null;
  readonly serving: {
    readonly hash: string | null;
    /** Every part of the stack runs, and it is ready. */
    readonly healthy: boolean;
    /** Clients get content over both transports, whatever else is wrong. */
    readonly ready: boolean;
  };
  /** The containers of ours on this node. */
  readonly parts: readonly PartStatus[];
  readonly problems: readonly string[];
  /** What the agent is about to do or waits for, in words. */
  readonly doing: string;
}

export interface PartStatus {
  readonly name: string;
  readonly id: string;
  readonly running: boolean;
  readonly healthy: boolean;
}

export interface Domains {
  readonly krill: string;
  readonly rrdp: string;
  readonly rsync: string;
}
