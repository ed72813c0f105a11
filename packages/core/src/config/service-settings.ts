import type { ServiceSettings, StorageSettings, TlsSettings } from '../model/settings.ts';
import { everywhere } from '../services/access.ts';
import { limits, mebibyte } from '../services/limits.ts';
import type { Configuration } from './schema.ts';

/** What a configuration that says no more than it must comes to, without names and mode. */
export const usualSettings = {
  tls: { mode: 'private' },
  access: { krill: everywhere, balancers: [] },
  rsyncMaxConnections: limits.rsyncMaxConnections,
  retentionSeconds: 7200,
  memoryMiB: {
    krill: limits.krillMemoryBytes / mebibyte,
    krillRsyncTree: limits.krillRsyncTreeBytes / mebibyte,
    nginx: limits.nginxMemoryBytes / mebibyte,
    rsyncd: limits.rsyncdMemoryBytes / mebibyte,
    krillsync: limits.krillsyncMemoryBytes / mebibyte,
  },
  logLevel: 'warn',
  storage: { replicas: 3 },
  ports: { http: 80, https: 443, rsync: 873, balancers: 9443 },
} as const satisfies Omit<ServiceSettings, 'domains' | 'krill'>;

/** What of the configuration concerns the services: all but the list of nodes. */
export function serviceSettings(configuration: Configuration): ServiceSettings {
  const { domains, krill, tls, access, rsync, retention, limits, log, managers, ports } =
    configuration;
  const { adminTokenFile: _, ...about } = krill;
  return {
    domains,
    krill: about,
    tls: tlsSettings(tls),
    access,
    rsyncMaxConnections: rsync.maxConnections,
    retentionSeconds: retention.replacedSeconds,
    memoryMiB: {
      krill: limits.krillMiB,
      krillRsyncTree: limits.krillRsyncTreeMiB,
      nginx: limits.nginxMiB,
      rsyncd: limits.rsyncdMiB,
      krillsync: limits.krillsyncMiB,
    },
    logLevel: log.level,
    storage: storageSettings(configuration.storage),
    ...(managers !== undefined && { managers }),
    ports,
  };
}

function tlsSettings(tls: Configuration['tls']): TlsSettings {
  if (tls.mode === 'private') return tls;
  const { mode, certificate, key } = tls;
  return { mode, files: { certificate, key } };
}

export function storageSettings(storage: Configuration['storage']): StorageSettings {
  const { replicas, arbiter, allowTwo } = storage;
  return {
    replicas,
    ...(arbiter !== undefined && { arbiter }),
    ...(allowTwo && { allowTwo }),
  };
}
