import type {
  ClusterRecord,
  ClusterSettings,
  ContainerState,
  FileEncoding,
  Ip,
  IpFamily,
  JoinMaterial,
  MemberRecord,
  MountState,
  PoolPeer,
  ServingSpec,
  SwarmMembership,
} from '@krillmanager/core';
import type { Tried } from './attempts.ts';
import type { Seal } from './recruitment.ts';

/** A serving stack with the hash that its author gave it. */
export interface WantedServing {
  readonly hash: string;
  readonly spec: ServingSpec;
}

/** What this node keeps on its own disk, for the day when nobody else can be asked. */
export interface Memory {
  readonly cluster: ClusterRecord | null;
  readonly settings: ClusterSettings | null;
  readonly serving: WantedServing | null;
  /** The cluster that this node was removed from, while its pool still knows it. */
  readonly left: string | null;
  /** Hash of the configuration that NGINX last loaded. */
  readonly loaded: string | null;
}

/** A file of the serving stack whose local copy is missing or old. Content may be a key. */
export interface FileChange {
  readonly path: string;
  readonly mode: number;
  readonly encoding: FileEncoding;
  readonly content: () => string;
}

export interface ServingFiles {
  readonly changes: readonly FileChange[];
  /** Files that neither the volume nor the local disk has yet. */
  readonly missing: readonly string[];
  /** Hash over all local copies. */
  readonly hash: string;
}

export interface VolumeView {
  readonly cluster: ClusterRecord | null;
  readonly settings: ClusterSettings | null;
  readonly join: JoinMaterial | null;
  readonly member: MemberRecord | null;
  /** A request to be let into the Swarm again is waiting; not looked for by one that is in. */
  readonly asked: boolean;
  readonly wanted: WantedServing | null;
  /** Who may reach the volume: nodes, and those about to be. */
  readonly admitted: readonly Ip[];
  /** The master removes this node from the cluster. */
  readonly evicted: boolean;
}

/** What a server that is no member yet asks of whoever takes it in. */
export interface RecruitView {
  readonly master: Ip | null;
  /** Of the open door, for our secret; null when none is asked for. */
  readonly seal: Seal | null;
}

export interface PoolView {
  readonly peers: readonly PoolPeer[];
  readonly volumeExists: boolean;
  readonly volumeStarted: boolean;
}

/** What the agent sees of its node; a null says that it could not be seen. */
export interface View {
  /** Milliseconds since the epoch, as Docker counts. */
  readonly nowMs: number;
  readonly memory: Memory;
  readonly addresses: readonly Ip[];
  readonly named: readonly Ip[];
  /** The others say that the cluster goes on without this node. */
  readonly removed: boolean;
  /** The one that our glusterd is set to. */
  readonly family: IpFamily;
  /** The one over which a master has called to take us in; null: nobody did. */
  readonly recruitedOver: IpFamily | null;
  /** Null for a member, and when whoever comes first may take this server in. */
  readonly recruit: RecruitView | null;
  /** Null while the local glusterd does not answer, or was not asked because nothing depends on it. */
  readonly pool: PoolView | null;
  readonly mount: MountState;
  readonly volume: VolumeView | null;
  /** Why a volume that is mounted and answers could not be read. */
  readonly volumeProblem: string | null;
  readonly swarm: SwarmMembership | null;
  readonly containers: readonly ContainerState[] | null;
  readonly missingImages: readonly string[];
  readonly files: ServingFiles;
  /** What came of what the agent did before. */
  readonly tried: Tried;
}
