import { forgetTerms, type Machine } from '@krillmanager/agent';
import { agentUnit, paths } from '@krillmanager/core';

/** What this server does to belong to no cluster, in this order. Each can be done again. */
export const leaveSteps = (
  machine: Machine,
): readonly (readonly [string, () => Promise<void>])[] => {
  const { units, containers, swarm, mount, names, local } = machine;
  return [
    ['stop the agent', () => units.disable(agentUnit)],
    ['stop serving', () => removeAll(containers)],
    ['leave the Swarm', () => swarm.leave()],
    ['unmount the volume', () => mount.unmount()],
    ['take the names of the nodes out of /etc/hosts', () => names.assign([])],
    ['forget the cluster', () => forget(local)],
  ];
};

async function removeAll(containers: Machine['containers']): Promise<void> {
  for (const { name } of await containers.list()) await containers.remove(name);
}

/** What was remembered last: until it is gone, the command can be run again. */
async function forget(local: Machine['local']): Promise<void> {
  for (const path of [paths.serving, paths.publish, paths.local]) await local.remove(path);
  await forgetTerms(local);
}
