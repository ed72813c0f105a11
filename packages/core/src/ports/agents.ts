import type { Ip } from '../model/ip.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import type { NodeStatus } from '../model/node-status.ts';

/** The agents of all nodes, over HTTP; null when one does not answer within two seconds, or as told. */
export interface Agents {
  facts(ip: Ip, withinMs?: number): Promise<NodeFacts | null>;
  /**
   * Its facts, too; and one that is in no cluster learns over which family its master will call,
   * and names these nodes.
   */
  recruit(ip: Ip, nodes?: readonly Ip[]): Promise<NodeFacts | null>;
  status(ip: Ip): Promise<NodeStatus | null>;
}
