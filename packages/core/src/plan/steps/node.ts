import { until } from '../../execute/until.ts';
import { hostName, type Ip, type IpFamily } from '../../model/ip.ts';
import type { NodeFacts } from '../../model/node-facts.ts';
import { agentUnit, patienceMs } from '../../policy.ts';
import type { Handlers } from '../step.ts';

export type NodeStep =
  | { readonly kind: 'agent.enable'; readonly node: Ip }
  | { readonly kind: 'names.assign'; readonly nodes: readonly Ip[] }
  | { readonly kind: 'glusterd.speak'; readonly node: Ip; readonly family: IpFamily }
  | { readonly kind: 'peers.await'; readonly node: Ip; readonly nodes: readonly Ip[] };

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
    apply: async ({ nodes }, { ports: { names, agents }, desired: { self } }) => {
      await names.assign(nodes);
      // Who does not answer learns the names later, from its pool.
      const others = nodes.filter((ip) => ip !== self);
      await Promise.all(others.map((ip) => agents.recruit(ip, nodes)));
    },
  },
  // Its agent sets it: the family over which it is called says in which one the cluster lives.
  'glusterd.speak': {
    describe: ({ node, family }) =>
      `set GlusterFS on ${node} to ${family === 'ipv6' ? 'IPv6' : 'IPv4'}`,
    apply: ({ node, family }, { ports: { agents, clock } }) =>
      until(async () => (await agents.recruit(node))?.gluster?.family === family, {
        clock,
        withinMs: patienceMs.names,
        what: `glusterd on ${node} to take up the other family of addresses`,
        hint: `see "journalctl -u ${agentUnit}" on ${node}; a server that is in a pool keeps its family`,
      }),
  },
  // GlusterFS refuses a volume when one of the peers cannot reach another by its name.
  'peers.await': {
    describe: ({ node }) => `wait until ${node} is connected to its peers by name`,
    together: true,
    apply: ({ node, nodes }, { ports: { agents, clock } }) =>
      until(
        async () => {
          const facts = await agents.facts(node);
          return facts !== null && isConnected(facts, node, nodes);
        },
        {
          clock,
          withinMs: patienceMs.names,
          what: `${node} to reach its peers`,
          hint: `see "gluster peer status" and "journalctl -u ${agentUnit}" on ${node}`,
        },
      ),
  },
};

/** The node has a name for every node, and its glusterd a connection to every other. */
export function isConnected(facts: NodeFacts, node: Ip, nodes: readonly Ip[]): boolean {
  const connected = facts.gluster?.connected ?? [];
  return nodes.every(
    (ip) =>
      facts.named.includes(ip) &&
      (ip === node || connected.includes(ip) || connected.includes(hostName(ip))),
  );
}
