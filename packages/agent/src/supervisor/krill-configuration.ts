import { type ClusterSettings, type Ip, krillPort, limits } from '@krillmanager/core';

export interface KrillView {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly domains: ClusterSettings['domains'];
  readonly messageBytes: typeof limits.messageBytes;
  /** As it stands between quotes. */
  readonly adminToken: string;
  readonly logLevel: ClusterSettings['logLevel'];
  readonly testbed: { readonly cas: number; readonly roas: number } | null;
}

/** This node's cluster address and loopback: never the world. */
export function krillView(
  settings: ClusterSettings,
  adminToken: string,
  addresses: readonly Ip[],
): KrillView {
  const own = settings.nodes.filter((ip) => addresses.includes(ip));
  if (own.length === 0) throw new Error('none of our addresses is in the list of nodes');
  return {
    addresses: [...own, '127.0.0.1'],
    port: krillPort,
    domains: settings.domains,
    messageBytes: limits.messageBytes,
    // A file of the operator's may hold anything; JSON's escapes are TOML's, too.
    adminToken: JSON.stringify(adminToken).slice(1, -1),
    // Settings that an earlier release has left on the volume do not say it.
    logLevel: settings.logLevel ?? 'warn',
    testbed: settings.krill.mode === 'testbed' ? settings.krill : null,
  };
}
