import type { ServiceSettings } from '../model/settings.ts';
import { limits, mebibyte } from '../services/limits.ts';
import type { Configuration } from './schema.ts';

/** What a configuration that says no more than it must comes to, without names and mode. */
export const usualSettings = {
  tls: { mode: 'private' },
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
} as const satisfies Omit<ServiceSettings, 'domains' | 'krill'>;

/** What of the configuration concerns the services: all but the list of nodes. */
export function serviceSettings(configuration: Configuration): ServiceSettings {
  const { domains, krill, tls, rsync, retention, limits, log } = configuration;
  const { adminTokenFile: _, ...about } = krill;
  return {
    domains,
    krill: about,
    tls: { mode: tls.mode },
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
  };
}
