import type { Ip } from './ip.ts';

export interface SwarmMembership {
  /** `pending` and `error` as Docker's LocalNodeState has them. */
  readonly state: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  readonly nodeId: string | null;
  readonly clusterId: string | null;
  readonly manager: boolean;
  /** This node leads the managers. */
  readonly leader: boolean;
  readonly address: Ip | null;
  /** Set when Docker reports trouble with the Swarm, e.g. that it has no leader. */
  readonly problem: string | null;
}

/** Of a machine that is in no Swarm. */
export const inNoSwarm: SwarmMembership = {
  state: 'inactive',
  nodeId: null,
  clusterId: null,
  manager: false,
  leader: false,
  address: null,
  problem: null,
};

export interface SwarmNode {
  readonly id: string;
  readonly address: string;
  readonly hostname: string;
  readonly role: 'manager' | 'worker';
  readonly ready: boolean;
  readonly availability: 'active' | 'pause' | 'drain';
  readonly labels: Readonly<Record<string, string>>;
  readonly leader: boolean;
}

export interface ServiceState {
  readonly name: string;
  /** The value of the spec-hash label. */
  readonly specHash: string | null;
  readonly desired: number;
  readonly running: number;
  /** The Swarm node of a running task. */
  readonly nodeId: string | null;
  /** The last error of a task that did not start, as Docker words it. */
  readonly lastError: string | null;
}
