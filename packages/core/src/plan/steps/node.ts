import { until } from '../../execute/until.ts';
import type { Ip } from '../../model/ip.ts';
import { agentUnit, patienceMs } from '../../policy.ts';
import type { Handlers } from '../step.ts';

export type NodeStep =
  | { readonly kind: 'agent.enable'; readonly node: Ip }
  | { readonly kind: 'names.assign'; readonly nodes: readonly Ip[] }
  | { readonly kind: 'names.await'; readonly node: Ip; readonly nodes: readonly Ip[] };

export const nodeHandlers: Handlers<NodeStep> = {
  'agent.enable': {
    describe: ({ node }) => `start the agent on ${node}, now and at every boot`,
    apply: async ({ node }, { ports: { units, agents, clock } }) => {
      await units.enable(agentUnit);
      await until(async () => (await agents.facts(node)) !== null, {
        clock,
        withinMs: patienceMs.agentStart,
        what: `the agent on ${node} to answer`,
        hint: `see "journalctl -u ${agentUnit}"`,
      });
    },
  },
  'names.assign': {
    describe: ({ nodes }) => `name ${nodes.length} nodes in /etc/hosts`,
    apply: ({ nodes }, { ports: { names } }) => names.assign(nodes),
  },
  // GlusterFS refuses a volume whose bricks' hosts one of the peers cannot resolve.
  'names.await': {
    describe: ({ node }) => `wait until ${node} knows the nodes by name`,
    apply: ({ node, nodes }, { ports: { agents, clock } }) =>
      until(
        async () => {
          const facts = await agents.facts(node);
          return facts !== null && nodes.every((ip) => facts.named.includes(ip));
        },
        {
          clock,
          withinMs: patienceMs.names,
          what: `${node} to name its peers`,
          hint: `see "journalctl -u ${agentUnit}" on ${node}`,
        },
      ),
  },
};
