import type { Desired } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import type { ClusterRecord } from '../model/settings.ts';
import { planCluster } from './plan-cluster.ts';
import { planKrill } from './plan-krill.ts';
import { planMembers } from './plan-members.ts';
import { planNode } from './plan-node.ts';
import { planServing } from './plan-serving.ts';
import { planStorage } from './plan-storage.ts';
import type { Plan } from './step.ts';

/**
 * What has to be done to make the observed cluster the desired one: pure, total, deterministic.
 * An empty plan means that they are the same.
 */
export function planInit(observed: Observed, desired: Desired): Plan {
  const cluster = clusterOf(observed, desired);
  return {
    version: 1,
    steps: [
      ...planNode(observed, desired),
      ...planStorage(observed, desired),
      ...planCluster(observed, desired, cluster),
      ...planMembers(observed, desired),
      ...planKrill(observed, desired, cluster),
      ...planServing(observed, desired),
    ],
  };
}

export const clusterOf = (observed: Observed, desired: Desired): ClusterRecord =>
  observed.contents?.cluster ?? { id: desired.newClusterId, epoch: 1 };
