import type { Ip } from '../model/ip.ts';
import type { Secret } from '../model/secret.ts';
import type { ServiceState, SwarmMembership, SwarmNode } from '../model/swarm.ts';
import type { SingletonSpec } from '../services/container-spec.ts';

/** The Swarm as the local dockerd sees it. What needs a manager fails elsewhere with a UserError. */
export interface Swarm {
  membership(): Promise<SwarmMembership>;
  /** No-op when this node already manages a Swarm. Fixed advertise and data path address. */
  init(advertise: Ip): Promise<void>;
  /** No-op when this node already is an active member. */
  join(managers: readonly Ip[], token: Secret, advertise: Ip): Promise<void>;
  /** Also when it is a manager, and when no other manager can be reached. No-op when inactive. */
  leave(): Promise<void>;
  /** The worker token. */
  joinToken(): Promise<Secret>;
  /** Makes every earlier worker token void. */
  rotateToken(): Promise<void>;
  nodes(): Promise<readonly SwarmNode[]>;
  setRole(nodeId: string, role: 'manager' | 'worker'): Promise<void>;
  /** A null value takes the label away. */
  setLabel(nodeId: string, label: string, value: string | null): Promise<void>;
  /**
   * Gives a label another value, unless it has changed since it was read, or is gone.
   * @returns whether it did
   */
  changeLabel(nodeId: string, label: string, from: string, to: string): Promise<boolean>;
  setAvailability(nodeId: string, availability: 'active' | 'drain'): Promise<void>;
  removeNode(nodeId: string): Promise<void>;
  services(): Promise<readonly ServiceState[]>;
  /** Creates or updates; unchanged when the hash agrees. Update order stop-first, replicas 1. */
  applyService(spec: SingletonSpec): Promise<void>;
  removeService(name: string): Promise<void>;
}
