import type { Desired } from '../model/desired.ts';
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
  if (observed.swarm.state !== 'active') steps.push({ kind: 'swarm.init', advertise: self });
  return steps;
}
