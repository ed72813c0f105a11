import type { Ip, IpFamily } from './ip.ts';

/** What a node tells of itself before it is trusted with anything. No secrets. */
export interface NodeFacts {
  readonly release: string;
  readonly hostname: string;
  readonly addresses: readonly Ip[];
  /** The node's clock when it answered, milliseconds since the epoch. */
  readonly clockMs: number;
  readonly docker: DockerFacts | null;
  readonly gluster: GlusterFacts | null;
  readonly swarm: { readonly clusterId: string | null; readonly state: string };
  /** The cluster this node remembers belonging to. */
  readonly cluster: { readonly id: string; readonly epoch: number } | null;
  readonly brick: 'absent' | 'empty' | 'used' | 'foreign';
  readonly disk: { readonly freeBytes: number; readonly totalBytes: number };
  readonly memoryBytes: number;
  /** TCP ports that a program listens on that is no container of ours. */
  readonly takenPorts: readonly number[];
  /** Addresses that this node can call by our host name. */
  readonly named: readonly Ip[];
}

export interface DockerFacts {
  readonly version: string;
  readonly apiVersion: string;
  readonly liveRestore: boolean;
  readonly rootless: boolean;
  readonly usernsRemap: boolean;
  /** Where it keeps its data. */
  readonly rootDir: string;
}

export interface GlusterFacts {
  readonly version: string;
  /** Every name and address under which its pool's other members are known here. */
  readonly peers: readonly string[];
  /** The same of those that are members and connected. */
  readonly connected: readonly string[];
  /** glusterd calls its peers over this one only. */
  readonly family: IpFamily;
}
