import type { ServiceSettings, TlsSettings } from '../model/settings.ts';

/** What a file would say for these settings: what `serviceSettings` makes of it is the same again. */
export const settingsDocument = (settings: ServiceSettings): Readonly<Record<string, unknown>> => ({
  domains: settings.domains,
  storage: settings.storage,
  ...(settings.managers !== undefined && { managers: settings.managers }),
  krill: settings.krill,
  tls: tlsDocument(settings.tls),
  ports: settings.ports,
  access: settings.access,
  rsync: { maxConnections: settings.rsyncMaxConnections },
  retention: { replacedSeconds: settings.retentionSeconds },
  limits: Object.fromEntries(
    Object.entries(settings.memoryMiB).map(([name, mebibytes]) => [`${name}MiB`, mebibytes]),
  ),
  log: { level: settings.logLevel },
});

/** Files that nobody named any more are somewhere: the pair itself lies on the volume. */
const nowhere = { certificate: '/nowhere', key: '/nowhere' };

export const tlsDocument = (tls: TlsSettings): object =>
  tls.mode === 'private' ? tls : { mode: tls.mode, ...(tls.files ?? nowhere) };
