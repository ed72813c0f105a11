import { onChange } from '../../execute/on-change.ts';
import { until } from '../../execute/until.ts';
import { hostName, type Ip } from '../../model/ip.ts';
import { isMember } from '../../model/storage.ts';
import { patienceMs } from '../../policy.ts';
import type { Handlers } from '../step.ts';

export type PoolStep = { readonly kind: 'pool.probe'; readonly peer: Ip };

export const poolHandlers: Handlers<PoolStep> = {
  'pool.probe': {
    describe: ({ peer }) => `add ${peer} to the storage pool`,
    // A probed peer is not usable until glusterd says "Peer in Cluster": its brick would be refused.
    apply: async ({ peer }, { ports: { pool, clock }, progress }) => {
      await pool.probe(hostName(peer));
      await until(async () => isMember(await pool.peers(), peer), {
        clock,
        withinMs: patienceMs.peerJoin,
        what: `${peer} to join the storage pool`,
        hint: `check that ports 24007 and 24008 of ${peer} are open to this server`,
        failing: onChange(progress),
      });
    },
  },
};
