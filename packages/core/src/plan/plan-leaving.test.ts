import { expect, test } from '@jest/globals';
import { hostName } from '../model/ip.ts';
import type { PoolPeer } from '../model/storage.ts';
import { desired, formed, h1, h2, h3 } from '../testing/three-nodes.ts';
import { planLeaving } from './plan-leaving.ts';

/** How a third node whose peer is in this state is taken out of the pool; undefined: not at all. */
function detached(state: PoolPeer['state'] | null) {
  const others = formed.peers.filter(({ hosts }) => !hosts.includes(hostName(h3)));
  const third = formed.peers.find(({ hosts }) => hosts.includes(hostName(h3))) as PoolPeer;
  const peers = state === null ? others : [...others, { ...third, state }];
  const steps = planLeaving({ ...formed, peers }, { ...desired, nodes: [h1, h2] });
  return steps.find(({ kind }) => kind === 'pool.detach');
}

test.each(['member', 'joining', 'rejected'] as const)(
  'a node that goes is taken out of the pool also as %s',
  (state) => {
    expect(detached(state)).toMatchObject({ node: h3, host: hostName(h3), force: false });
  },
);

test('one that is not in the pool any more is not taken out again', () => {
  expect(detached(null)).toBeUndefined();
});
