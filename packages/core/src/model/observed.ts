import type { Ip } from './ip.ts';
import type { NodeFacts } from './node-facts.ts';
import type { NodeStatus } from './node-status.ts';
import type { Secret } from './secret.ts';
import type { ClusterRecord, ClusterSettings } from './settings.ts';
import type { Brick, PoolPeer, VolumeState } from './storage.ts';
import type { ServiceState, SwarmMembership, SwarmNode } from './swarm.ts';

/** `member` as the joining node wrote it to the volume: proof that this Swarm node is that server. */
export interface MemberRecord {
  readonly ip: Ip;
  readonly swarmNodeId: string;
}

export type KrillState = 'absent' | 'initialising' | 'initialised';

/** What lies on the volume; null in {@link Observed} while it is not mounted here. */
export interface VolumeContents {
  readonly cluster: ClusterRecord | null;
  readonly settings: ClusterSettings | null;
  readonly members: ReadonlyMap<Ip, MemberRecord>;
  readonly wanted: ReadonlyMap<Ip, string>;
  readonly joinOpen: boolean;
  /** Names in the serving certificate and its end; null when there is none. */
  readonly certificate: {
    readonly pem: string;
    readonly names: readonly string[];
    readonly notAfterMs: number;
  } | null;
  readonly krill: {
    readonly state: KrillState;
    readonly permit: boolean;
    readonly prepared: boolean;
    /** Of Krill's administrator; null before there is one. */
    readonly token: Secret | null;
  };
}

/** Facts only: what `init` sees before it plans. */
export interface Observed {
  readonly self: Ip;
  /** By the clock of the machine that looks, milliseconds since the epoch. */
  readonly nowMs: number;
  readonly facts: ReadonlyMap<Ip, NodeFacts>;
  /** How far the clocks of the others are ahead of ours, in milliseconds, when they answered. */
  readonly skewMs: ReadonlyMap<Ip, number>;
  readonly status: ReadonlyMap<Ip, NodeStatus>;
  readonly agentEnabled: boolean;
  readonly named: readonly Ip[];
  readonly swarm: SwarmMembership;
  readonly swarmNodes: readonly SwarmNode[];
  readonly services: readonly ServiceState[];
  readonly peers: readonly PoolPeer[];
  readonly volume: VolumeState | null;
  /** Bricks that run, by glusterd's word; null when it does not say, or there is no volume that is started. */
  readonly online: readonly Brick[] | null;
  readonly mounted: boolean;
  readonly contents: VolumeContents | null;
}
