import { forgetTerms, type Machine } from '@krillmanager/agent';
import { agentUnit, paths } from '@krillmanager/core';

export type LeavingMachine = Pick<
  Machine,
  'units' | 'containers' | 'swarm' | 'mount' | 'names' | 'local'
>;

export interface LeaveStep {
  readonly kind: string;
  readonly what: string;
  readonly run: () => Promise<void>;
}

/** What this server does to belong to no cluster, in this order. Each can be done again. */
export function leaveSteps(machine: LeavingMachine): readonly LeaveStep[] {
  const { units, containers, swarm, mount, names, local } = machine;
  return [
    { kind: 'agent.disable', what: 'stop the agent', run: () => units.disable(agentUnit) },
    { kind: 'serving.remove', what: 'stop serving', run: () => removeAll(containers) },
    { kind: 'swarm.leave', what: 'leave the Swarm', run: () => swarm.leave() },
    { kind: 'volume.unmount', what: 'unmount the volume', run: () => mount.unmount() },
    {
      kind: 'names.assign',
      what: 'take the names of the nodes out of /etc/hosts',
      run: () => names.assign([]),
    },
    { kind: 'cluster.forget', what: 'forget the cluster', run: () => forget(local) },
  ];
}

async function removeAll(containers: Machine['containers']): Promise<void> {
  for (const { name } of await containers.list()) await containers.remove(name);
}

/** What was remembered last: until it is gone, the command can be run again. */
async function forget(local: Machine['local']): Promise<void> {
  for (const path of [paths.serving, paths.publish, paths.local]) await local.remove(path);
  await forgetTerms(local);
}
