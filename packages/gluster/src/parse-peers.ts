import type { PoolPeer } from '@krillmanager/core';
import { type Element, elements, text } from './element.ts';

/** States of glusterd's friend state machine (glusterd-sm.h); what is not listed is on its way. */
const states: Readonly<Record<string, PoolPeer['state']>> = { '3': 'member', '6': 'rejected' };

/** The name it was probed by comes first, and once. */
const hostsOf = (peer: Element): readonly string[] => {
  const others = (elements(peer, 'hostnames')[0]?.hostname ?? []).map(String);
  return [...new Set([text(peer, 'hostname'), ...others])];
};

/** Of `peer status`: the others, without this server. */
export const parsePeers = (body: Element): readonly PoolPeer[] =>
  elements(body, 'peerStatus', 'peer').map((peer) => ({
    uuid: text(peer, 'uuid'),
    hosts: hostsOf(peer),
    state: states[text(peer, 'state')] ?? 'joining',
    connected: text(peer, 'connected') === '1',
  }));
