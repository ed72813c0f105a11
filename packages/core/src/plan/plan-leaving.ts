import type { Desired } from '../model/desired.ts';
import { hostName, type Ip } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import { isPeer } from '../model/storage.ts';
import { krillLabel } from '../services/krill.ts';
import { leavingNodes } from './leaving.ts';
import { planDemotions, swarmNodeOf } from './plan-members.ts';
import { optionsToSet } from './plan-storage.ts';
import type { Step } from './step.ts';

/** Krill and the managers leave a node before it goes, while everybody can still agree. */
export function planVacating(observed: Observed, desired: Desired): readonly Step[] {
  const vacated = leavingNodes(observed, desired).filter(
    (ip) => swarmNodeOf(observed, ip)?.labels[krillLabel] !== undefined,
  );
  return [
    ...vacated.map((node): Step => ({ kind: 'krill.vacate', node })),
    ...planDemotions(observed, desired),
  ];
}

/** Last of all, when nothing depends on it any more: each node that goes, then the door behind it. */
export function planLeaving(observed: Observed, desired: Desired): readonly Step[] {
  const leaving = leavingNodes(observed, desired);
  if (leaving.length === 0) return [];
  const { nodes, volume } = desired;
  return [
    ...leaving.flatMap((node) => planFarewell(observed, node)),
    // Who was silent may mount no more since the beginning.
    ...(leaving.some((node) => observed.facts.has(node))
      ? optionsToSet(observed, volume.name, volume.options)
      : []),
    { kind: 'names.assign', nodes },
  ];
}

function planFarewell(observed: Observed, node: Ip): readonly Step[] {
  const steps: Step[] = [];
  const member = swarmNodeOf(observed, node);
  const answers = observed.facts.has(node);
  if (answers) steps.push({ kind: 'node.evict', node, destructive: true });
  if (member !== null) {
    steps.push({ kind: 'swarm.remove', node, nodeId: member.id, destructive: true });
  }
  // In whatever state: one that was rejected in the middle of its way in must go, too.
  const peer = observed.peers.find((each) => isPeer(each, node));
  if (peer !== undefined) {
    const host = peer.hosts[0] ?? hostName(node);
    steps.push({ kind: 'pool.detach', node, host, force: !answers, destructive: true });
  }
  steps.push({ kind: 'member.forget', node });
  return steps;
}
