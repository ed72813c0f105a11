import type { Desired } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import type { ClusterRecord } from '../model/settings.ts';
import { isBlind } from './blind.ts';
import { leavingNodes } from './leaving.ts';
import { planCluster } from './plan-cluster.ts';
import { planKrill } from './plan-krill.ts';
import { planLeaving, planVacating } from './plan-leaving.ts';
import { planMembers, planPromotions } from './plan-members.ts';
import { planNode } from './plan-node.ts';
import { planFirstServing, planServing } from './plan-serving.ts';
import { planStorage } from './plan-storage.ts';
import type { Plan, Step } from './step.ts';

/**
 * What has to be done to make the observed cluster the desired one: pure, total, deterministic.
 * An empty plan means that they are the same; one for a blind observation ends with the mount.
 */
export function planInit(observed: Observed, desired: Desired): Plan {
  const first = [...planNode(observed, desired), ...planStorage(observed, desired)];
  if (isBlind(observed)) return { version: 1, steps: first };
  const cluster = clusterOf(observed, desired);
  const promotions = planPromotions(observed, desired);
  const departing = leavingNodes(observed, desired).length > 0;
  return {
    version: 1,
    steps: [
      ...first,
      ...planCluster(observed, desired, cluster),
      ...planMembers(observed, desired),
      // The managers that go leave others behind.
      ...(departing ? promotions : []),
      ...planVacating(observed, desired),
      ...beforeKrillIsAwaited(planKrill(observed, desired, cluster), [
        ...planFirstServing(observed, desired),
        ...(departing ? [] : promotions),
      ]),
      ...planServing(observed, desired),
      ...planLeaving(observed, desired),
    ],
  };
}

/** What Krill needs not, while it starts. */
const beforeKrillIsAwaited = (krill: readonly Step[], meanwhile: readonly Step[]) => {
  const isWaiting = ({ kind }: Step): boolean => kind === 'krill.await';
  return [...krill.filter((step) => !isWaiting(step)), ...meanwhile, ...krill.filter(isWaiting)];
};

const clusterOf = (observed: Observed, desired: Desired): ClusterRecord =>
  observed.contents?.cluster ?? { id: desired.newClusterId, epoch: 1 };
