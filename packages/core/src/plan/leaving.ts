import type { Desired } from '../model/desired.ts';
import { type Ip, ipOfHost } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';

/**
 * Nodes that are still here and no longer wanted: by the settings, by their record on the volume, or
 * by the pool, so that a removal that was interrupted anywhere is seen and completed.
 */
export function leavingNodes(
  { contents, peers }: Pick<Observed, 'contents' | 'peers'>,
  { nodes }: Pick<Desired, 'nodes'>,
): readonly Ip[] {
  const pooled = peers.flatMap(({ hosts }) => hosts.slice(0, 1).map(ipOfHost));
  const known = [
    ...(contents?.settings?.nodes ?? []),
    ...(contents?.members.keys() ?? []),
    ...pooled.filter((ip) => ip !== null),
  ];
  return [...new Set(known)].filter((ip) => !nodes.includes(ip)).sort();
}
