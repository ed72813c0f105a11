import { onChange } from '../../execute/on-change.ts';
import { until } from '../../execute/until.ts';
import type { Ip } from '../../model/ip.ts';
import { onVolume } from '../../paths.ts';
import { agentUnit } from '../../policy.ts';
import type { Handlers } from '../step.ts';

export type JoinStep =
  | { readonly kind: 'join.open'; readonly managers: readonly Ip[]; readonly nodes: readonly Ip[] }
  | { readonly kind: 'member.await'; readonly node: Ip; readonly deadlineSeconds: number }
  | { readonly kind: 'join.close' };

/** What a slave needs to join. It exists only while somebody is awaited. */
export interface JoinMaterial {
  readonly managers: readonly Ip[];
  /** Every node of the cluster: a slave finds its own address among them. */
  readonly nodes: readonly Ip[];
  readonly token: string;
}

export const joinHandlers: Handlers<JoinStep> = {
  'join.open': {
    describe: ({ nodes }) => `share the join token with ${nodes.length} nodes over the volume`,
    apply: async ({ managers, nodes }, { ports: { swarm, files } }) => {
      const token = (await swarm.joinToken()).reveal();
      const material: JoinMaterial = { managers, nodes, token };
      await files.write(onVolume.joinMaterial, JSON.stringify(material), {
        mode: 0o600,
        uid: 0,
        gid: 0,
      });
    },
  },
  'member.await': {
    describe: ({ node }) => `wait for ${node} to join the Swarm`,
    apply: async (
      { node, deadlineSeconds },
      { ports: { agents, clock, files, swarm }, progress },
    ) => {
      const tell = onChange(progress);
      await until(
        async () => {
          const status = await agents.status(node);
          tell(status?.doing);
          const record = await files.read(onVolume.member(node));
          if (record === null) return false;
          const { swarmNodeId } = JSON.parse(record) as { swarmNodeId: string };
          return (await swarm.nodes()).some(({ id, ready }) => id === swarmNodeId && ready);
        },
        {
          clock,
          withinMs: deadlineSeconds * 1000,
          what: `${node} to join`,
          hint: `run "krillmanager --slave=1 init" on ${node}, or see "journalctl -u ${agentUnit}" there; then run this command again`,
        },
      );
    },
  },
  // The token was readable to whoever can read the volume: it is made void before it is forgotten.
  'join.close': {
    describe: () => 'make the join token void and remove it from the volume',
    apply: async (_step, { ports: { swarm, files } }) => {
      await swarm.rotateToken();
      await files.remove(onVolume.joinMaterial);
    },
  },
};
