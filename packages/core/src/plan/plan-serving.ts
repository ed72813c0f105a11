import type { Desired } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import { servingHash } from '../services/serving.ts';
import type { Step } from './step.ts';
import { serves } from './steps/serving.ts';

/**
 * Nodes that do not serve what is wanted, in the order of the list. One that is told what to serve
 * and does not answer is down: it serves by itself when it comes back.
 */
export function planServing(observed: Observed, { nodes, serving }: Desired): readonly Step[] {
  const hash = servingHash(serving);
  return nodes
    .filter((ip) => {
      const status = observed.status.get(ip);
      const wanted = observed.contents?.wanted.get(ip);
      return wanted !== hash || (status !== undefined && !serves(status, hash));
    })
    .map((node) => ({ kind: 'serving.roll', node, hash }));
}
