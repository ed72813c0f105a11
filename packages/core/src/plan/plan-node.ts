import type { Desired } from '../model/desired.ts';
import { familyOf, type Ip } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import type { Step } from './step.ts';

/** This machine first: its agent, the names of all nodes, and the Swarm that it manages. */
export function planNode(observed: Observed, { self, nodes }: Desired): readonly Step[] {
  const steps: Step[] = [];
  if (!observed.agentEnabled || !observed.facts.has(self)) {
    steps.push({ kind: 'agent.enable', node: self });
  }
  if (!nodes.every((ip) => observed.named.includes(ip))) {
    steps.push({ kind: 'names.assign', nodes });
  }
  steps.push(...planFamily(observed, nodes));
  if (observed.swarm.state !== 'active') steps.push({ kind: 'swarm.init', advertise: self });
  return steps;
}

/** Debian's glusterd speaks IPv4 only, until it is told otherwise. */
function planFamily({ facts }: Observed, nodes: readonly Ip[]): readonly Step[] {
  return nodes.flatMap((node): readonly Step[] => {
    const found = facts.get(node)?.gluster?.family ?? familyOf(node);
    const family = familyOf(node);
    return found === family ? [] : [{ kind: 'glusterd.speak', node, family }];
  });
}
