import { until } from '../../execute/until.ts';
import type { Ip } from '../../model/ip.ts';
import { onVolume } from '../../paths.ts';
import { agentUnit, patienceMs } from '../../policy.ts';
import { krillLabel } from '../../services/krill.ts';
import type { Handlers } from '../step.ts';
import { recordedNodeId } from './swarm.ts';

export type LeaveStep =
  | { readonly kind: 'krill.vacate'; readonly node: Ip }
  | { readonly kind: 'swarm.demote'; readonly node: Ip }
  | { readonly kind: 'node.evict'; readonly node: Ip; readonly destructive: true }
  | {
      readonly kind: 'swarm.remove';
      readonly node: Ip;
      readonly nodeId: string;
      readonly destructive: true;
    }
  | {
      readonly kind: 'pool.detach';
      readonly node: Ip;
      /** The name under which the pool knows it. */
      readonly host: string;
      /** The node cannot be asked: it is taken to be gone for good. */
      readonly force: boolean;
      readonly destructive: true;
    }
  | { readonly kind: 'member.forget'; readonly node: Ip };

export const leaveHandlers: Handlers<LeaveStep> = {
  // Swarm ends a task whose node no longer carries the label, and starts it where one does.
  'krill.vacate': {
    describe: ({ node }) => `let Krill run elsewhere than on ${node}`,
    apply: async ({ node }, { ports }) => {
      const id = await recordedNodeId(ports, node);
      await ports.swarm.setLabel(id, krillLabel, null);
      const elsewhere = async (): Promise<boolean> => {
        const krill = (await ports.swarm.services()).find(({ name }) => name === 'krill');
        return krill === undefined || (krill.running === 1 && krill.nodeId !== id);
      };
      await until(elsewhere, {
        clock: ports.clock,
        withinMs: patienceMs.krillRunning,
        what: `Krill to run elsewhere than on ${node}`,
        hint: 'see "docker service ps krillmanager-krill --no-trunc"',
      });
    },
  },
  'swarm.demote': {
    describe: ({ node }) => `make ${node} a Swarm worker`,
    apply: async ({ node }, { ports }) =>
      ports.swarm.setRole(await recordedNodeId(ports, node), 'worker'),
  },
  'node.evict': {
    describe: ({ node }) => `evict ${node}: it stops serving and forgets the cluster`,
    apply: async ({ node }, { ports: { files, agents, clock } }) => {
      await files.write(onVolume.evicted(node), '{}', { mode: 0o644, uid: 0, gid: 0 });
      const gone = async (): Promise<boolean> => {
        const facts = await agents.facts(node);
        return facts !== null && facts.cluster === null && facts.swarm.state === 'inactive';
      };
      await until(gone, {
        clock,
        withinMs: patienceMs.eviction,
        what: `${node} to leave`,
        hint: `see "journalctl -u ${agentUnit}" on ${node}; switch it off to remove it by force`,
      });
    },
  },
  'swarm.remove': {
    describe: ({ node }) => `remove ${node} from the Swarm`,
    apply: ({ nodeId }, { ports: { swarm } }) => swarm.removeNode(nodeId),
  },
  'pool.detach': {
    describe: ({ node, force }) =>
      `take ${node} out of the storage pool${force ? ' by force: it does not answer' : ''}`,
    apply: ({ host, force }, { ports: { pool } }) => pool.detach(host, force),
  },
  'member.forget': {
    describe: ({ node }) => `forget ${node} on the volume`,
    apply: ({ node }, { ports: { files } }) => files.remove(onVolume.node(node)),
  },
};
