import type { Desired } from '../model/desired.ts';
import type { Ip } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import type { SwarmNode } from '../model/swarm.ts';
import { krillLabel } from '../services/krill.ts';
import { leavingNodes } from './leaving.ts';
import type { Step } from './step.ts';

/** Who joins, and who may run Krill. */
export function planMembers(observed: Observed, desired: Desired): readonly Step[] {
  return [...planJoining(observed, desired), ...planLabels(observed, desired)];
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

function planLabels(observed: Observed, { nodes }: Desired): readonly Step[] {
  // Another value is a manager's agent's: it takes the label from who cannot run Krill, and gives it back.
  const unlabelled = nodes.filter(
    (ip) => swarmNodeOf(observed, ip)?.labels[krillLabel] === undefined,
  );
  return unlabelled.map(
    (node): Step => ({ kind: 'swarm.label', node, label: krillLabel, value: 'ok' }),
  );
}

/** Managers that go, and those that are too many. */
export const planDemotions = (observed: Observed, desired: Desired): readonly Step[] =>
  demotedNodes(observed, desired).map((node): Step => ({ kind: 'swarm.demote', node }));

/** Those that are down go first: while they count, the Swarm has fewer left to lose. */
function demotedNodes(observed: Observed, desired: Desired): readonly Ip[] {
  const { self, nodes, managers } = desired;
  const manages = (ip: Ip): boolean => swarmNodeOf(observed, ip)?.role === 'manager';
  // More managers than wanted make every agreement slower; this node stays one.
  const surplus = Math.max(0, staying(observed, desired).length - managers);
  const others = nodes.filter((ip) => ip !== self && manages(ip)).toReversed();
  const spare = downFirst(observed, others).slice(0, surplus);
  return downFirst(observed, [...leavingNodes(observed, desired).filter(manages), ...spare]);
}

function downFirst(observed: Observed, nodes: readonly Ip[]): readonly Ip[] {
  const isDown = (ip: Ip): boolean => swarmNodeOf(observed, ip)?.ready === false;
  return [...nodes.filter(isDown), ...nodes.filter((ip) => !isDown(ip))];
}

/** How many will manage the Swarm, and how many of these answer; null when no manager is taken away. */
export function managersLeft(observed: Observed, desired: Desired) {
  const demoted = demotedNodes(observed, desired).map((ip) => swarmNodeOf(observed, ip)?.id);
  if (demoted.length === 0) return null;
  const left = staying(observed, desired).filter(({ id }) => !demoted.includes(id));
  const promoted = planPromotions(observed, desired).length;
  const ready = left.filter((node) => node.ready);
  return { all: left.length + promoted, answering: ready.length + promoted };
}

/** Who becomes a manager, which takes a second each. */
export function planPromotions(observed: Observed, desired: Desired): readonly Step[] {
  const { self, nodes, managers } = desired;
  const lacking = Math.max(0, managers - Math.max(1, staying(observed, desired).length));
  // This node manages already, or will when the Swarm starts; one that is down cannot become one.
  const candidates = nodes.filter((ip) => {
    const node = swarmNodeOf(observed, ip);
    return ip !== self && node?.role !== 'manager' && node?.ready !== false;
  });
  return candidates.slice(0, lacking).map((node): Step => ({ kind: 'swarm.promote', node }));
}

/** Who manages the Swarm and does not leave it. */
function staying(observed: Observed, desired: Desired): readonly SwarmNode[] {
  const leaving = leavingNodes(observed, desired).map((ip) => swarmNodeOf(observed, ip)?.id);
  const managing = observed.swarmNodes.filter(({ role }) => role === 'manager');
  return managing.filter(({ id }) => !leaving.includes(id));
}

export function swarmNodeOf(observed: Observed, ip: Ip): SwarmNode | null {
  const record = observed.contents?.members.get(ip);
  return observed.swarmNodes.find(({ id }) => id === record?.swarmNodeId) ?? null;
}
