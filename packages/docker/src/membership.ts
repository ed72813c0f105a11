import { type Ip, isIp, parseIp, type SwarmMembership } from '@krillmanager/core';

/** The part of GET /info that tells of the Swarm; strings are empty when there is nothing. */
export interface SwarmInfo {
  readonly LocalNodeState: SwarmMembership['state'] | '';
  readonly NodeID: string;
  readonly NodeAddr: string;
  readonly ControlAvailable: boolean;
  readonly Error: string;
  /** On managers only; its ID is empty while there is no leader. */
  readonly Cluster?: { readonly ID: string } | null;
}

const orNull = (text: string | undefined): string | null => text || null;

const address = (text: string): Ip | null => (isIp(text) ? parseIp(text) : null);

/** Without the question who leads, which takes a second request. */
export const membership = (info: SwarmInfo): Omit<SwarmMembership, 'leader'> => ({
  state: info.LocalNodeState || 'inactive',
  nodeId: orNull(info.NodeID),
  clusterId: orNull(info.Cluster?.ID),
  manager: info.ControlAvailable,
  address: address(info.NodeAddr),
  problem: orNull(info.Error),
});
