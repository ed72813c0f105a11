import type { Desired } from '../model/desired.ts';
import type { Ip } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import { servingHash } from '../services/serving.ts';
import type { Step } from './step.ts';
import { serves } from './steps/serving.ts';

/** Waited for last, so that it keeps nobody else from what is wanted. */
const isSilent = ({ status }: Observed, ip: Ip): boolean => status.get(ip) === undefined;

/**
 * Nodes that serve nothing yet are told what to serve before Krill is waited for: their containers
 * start meanwhile, and what Krill publishes first is served at once.
 */
export function planFirstServing(
  { contents }: Observed,
  { nodes, serving, settings }: Desired,
): readonly Step[] {
  const unassigned = nodes.filter((ip) => contents?.wanted.get(ip) === undefined);
  if (unassigned.length === 0 || settings.stopped) return [];
  return [{ kind: 'serving.assign', nodes: unassigned, hash: servingHash(serving) }];
}

/**
 * Nodes that do not serve what is wanted, in the order of the list. One that is told what to serve
 * and does not answer is down: it serves by itself when it comes back.
 */
export function planServing(
  observed: Observed,
  { nodes, serving, settings }: Desired,
): readonly Step[] {
  const hash = servingHash(serving);
  return nodes
    .filter((ip) => {
      const status = observed.status.get(ip);
      const wanted = observed.contents?.wanted.get(ip);
      return wanted !== hash || (status !== undefined && !serves(status, hash));
    })
    .toSorted((a, b) => Number(isSilent(observed, a)) - Number(isSilent(observed, b)))
    .map((node) => ({
      kind: 'serving.roll',
      node,
      hash,
      ...(settings.stopped && { stopped: true }),
    }));
}
