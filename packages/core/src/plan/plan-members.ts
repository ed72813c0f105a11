import type { Desired } from '../model/desired.ts';
import type { Ip } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import type { SwarmNode } from '../model/swarm.ts';
import { krillLabel } from '../services/krill.ts';
import { leavingNodes } from './leaving.ts';
import type { Step } from './step.ts';

/** Who joins, who is a manager no more, who may run Krill. */
export function planMembers(observed: Observed, desired: Desired): readonly Step[] {
  return [...planJoining(observed, desired), ...planRoles(observed, desired)];
}

/** Every node of the cluster writes its record, this one too; the token is shared only with others. */
function planJoining(observed: Observed, desired: Desired): readonly Step[] {
  const { self, nodes, slaveDeadlineSeconds: deadlineSeconds } = desired;
  const missing = nodes.filter((ip) => swarmNodeOf(observed, ip) === null);
  const open = observed.contents?.joinOpen ?? false;
  const awaiting = missing.map((node): Step => ({ kind: 'member.await', node, deadlineSeconds }));
  if (missing.every((ip) => ip === self)) {
    return open ? [...awaiting, { kind: 'join.close' }] : awaiting;
  }
  return [{ kind: 'join.open', managers: [self], nodes }, ...awaiting, { kind: 'join.close' }];
}

function planRoles(observed: Observed, desired: Desired): readonly Step[] {
  const { self, nodes, managers } = desired;
  // Another value is a manager's agent's: it takes the label from who cannot run Krill, and gives it back.
  const unlabelled = nodes.filter(
    (ip) => swarmNodeOf(observed, ip)?.labels[krillLabel] === undefined,
  );
  // More managers than wanted make every agreement slower; this node stays one.
  const surplus = Math.max(0, staying(observed, desired) - managers);
  const managing = nodes.filter((ip) => swarmNodeOf(observed, ip)?.role === 'manager');
  const demoted = surplus === 0 ? [] : managing.filter((ip) => ip !== self).slice(-surplus);
  return [
    ...demoted.map((node): Step => ({ kind: 'swarm.demote', node })),
    ...unlabelled.map(
      (node): Step => ({
        kind: 'swarm.label',
        node,
        label: krillLabel,
        value: 'ok',
      }),
    ),
  ];
}

/** Who becomes a manager, which takes a second each. */
export function planPromotions(observed: Observed, desired: Desired): readonly Step[] {
  const { self, nodes, managers } = desired;
  const lacking = Math.max(0, managers - Math.max(1, staying(observed, desired)));
  // This node manages already, or will when the Swarm starts; one that is down cannot become one.
  const candidates = nodes.filter((ip) => {
    const node = swarmNodeOf(observed, ip);
    return ip !== self && node?.role !== 'manager' && node?.ready !== false;
  });
  return candidates.slice(0, lacking).map((node): Step => ({ kind: 'swarm.promote', node }));
}

/** How many manage the Swarm and do not leave it. */
function staying(observed: Observed, desired: Desired): number {
  const leaving = leavingNodes(observed, desired).map((ip) => swarmNodeOf(observed, ip)?.id);
  const managing = observed.swarmNodes.filter(({ role }) => role === 'manager');
  return managing.filter(({ id }) => !leaving.includes(id)).length;
}

export function swarmNodeOf(observed: Observed, ip: Ip): SwarmNode | null {
  const record = observed.contents?.members.get(ip);
  return observed.swarmNodes.find(({ id }) => id === record?.swarmNodeId) ?? null;
}
