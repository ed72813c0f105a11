import type { SwarmNode } from '@krillmanager/core';

/** What we read of a node object of Docker's API. */
export interface NodeObject {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly Spec: {
    readonly Role: 'manager' | 'worker';
    readonly Availability: SwarmNode['availability'];
    readonly Labels: Readonly<Record<string, string>> | null;
  };
  readonly Description: { readonly Hostname: string };
  readonly Status: { readonly State: string; readonly Addr: string };
  readonly ManagerStatus?: {
    readonly Leader?: boolean;
    readonly Reachability: 'unknown' | 'unreachable' | 'reachable';
    readonly Addr: string;
  };
}

/**
 * The role that a node has, which is not at once the one it was given: a manager counts for the
 * quorum as long as it is a member of Raft, and no sooner.
 */
export const swarmNode = (node: NodeObject): SwarmNode => ({
  id: node.ID,
  address: node.Status.Addr,
  hostname: node.Description.Hostname,
  role: node.ManagerStatus ? 'manager' : 'worker',
  ready: node.Status.State === 'ready',
  availability: node.Spec.Availability,
  labels: node.Spec.Labels ?? {},
  leader: node.ManagerStatus?.Leader ?? false,
});

/** It does what its role asks for. */
export const hasRole = (node: NodeObject, role: 'manager' | 'worker'): boolean =>
  role === 'manager' ? node.ManagerStatus?.Reachability === 'reachable' : !node.ManagerStatus;

/** The specification with a label set, or taken away by null. */
export function withLabel(spec: NodeObject['Spec'], label: string, value: string | null) {
  const { [label]: _, ...others } = spec.Labels ?? {};
  return { ...spec, Labels: value === null ? others : { ...others, [label]: value } };
}
