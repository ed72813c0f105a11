import type { HeldUpdate } from './held-update.ts';
import type { Ip } from './ip.ts';
import type { KrillRefusal } from './krill-refusal.ts';
import type { KrillSettings } from './settings.ts';

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
  /** What Krill is for; null before that is known. */
  readonly mode: KrillSettings['mode'] | null;
  readonly storage: StorageHealth;
  /** The copies that this node's client of the volume is connected to, "HOST:PATH" each. */
  readonly copies?: readonly string[];
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
  /** Why Krill, which the Swarm wants to run here, is not started; absent when nothing keeps it. */
  readonly krillRefusal?: KrillRefusal;
  /** An update that waits for `krillmanager accept`; absent when none does. */
  readonly held?: HeldUpdate;
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

/** Whether a part of ours runs on the node and works; not where no agent answers. */
export const hasPart = (status: NodeStatus | null | undefined, name: string): boolean =>
  status?.parts.some((part) => part.name === name && part.running && part.healthy) ?? false;
