import type { Ip } from '@krillmanager/core';
import type { FirewallRecord, FirewallScope } from '@krillmanager/host';

export interface Neighbours {
  /** The nodes of the cluster that this one is a member of; null: of none. */
  readonly nodes: readonly Ip[] | null;
  /** The pool that took this server in, before it is a member. */
  readonly pool: readonly Ip[];
  /** Who may reach the volume, also those that are about to be nodes. */
  readonly admitted: readonly Ip[];
}

/**
 * Who may reach the ports among the servers: what the operator asked for until this server is a
 * member, with those whom the master brings, and from then on the cluster. Null: the operator never asked, so nothing is touched.
 */
export function wantedScope(
  record: FirewallRecord | null,
  { nodes, admitted, pool }: Neighbours,
): FirewallScope | null {
  if (record === null || record.keepOpen) return record?.scope ?? null;
  const { scope } = record;
  if (nodes === null) {
    // GlusterFS wants every server connected to every other before it takes one's brick.
    const known = scope !== 'world' && pool.some((ip) => scope.includes(ip));
    return known ? [...new Set([...scope, ...pool])].sort() : scope;
  }
  return [...new Set([...nodes, ...admitted])].sort();
}
