import type { Configuration } from '../config/schema.ts';
import { UserError } from '../model/user-error.ts';
import { type ServingAccess, servingAccess } from './access.ts';

/** What templates/nginx-caching.conf may use, as `it`. */
export interface CachingView {
  /** The name under which relying parties ask. */
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
  readonly origin: {
    readonly host: string;
    readonly port: number;
    /** Begins and ends with "/". */
    readonly path: string;
    readonly authority: string;
  };
  readonly cache: { readonly directory: string; readonly mebibytes: number };
  readonly access: ServingAccess;
  readonly ports: Configuration['ports'];
  readonly logLevel: Configuration['log']['level'];
}

/** @throws UserError (usage) for a configuration of another mode. */
export function cachingView(configuration: Configuration): CachingView {
  const { publication, tls, domains, access, ports, log } = configuration;
  if (publication.mode !== 'caching' || tls.mode !== 'own') {
    throw new UserError('this configuration is not for a caching server', {
      hint: 'set publication.mode: caching and publication.origin (docs/caching.md); the NGINX of a cluster is configured by "init"',
      exitCode: 2,
    });
  }
  for (const path of [tls.certificate, tls.key]) {
    if (/^[\w./-]+$/.test(path)) continue;
    throw new UserError(`${path} cannot stand in NGINX's configuration`, {
      hint: 'use letters, digits, "_", "." and "-" in the path',
      exitCode: 2,
    });
  }
  // The schema lets nothing else through.
  const [, host = '', port, path = '/'] =
    /^https:\/\/([^/:]+)(?::(\d+))?(\/.*)$/.exec(publication.origin) ?? [];
  return {
    name: domains.rrdp,
    certificate: tls.certificate,
    key: tls.key,
    origin: {
      host,
      port: Number(port ?? 443),
      path,
      authority: publication.originAuthority,
    },
    cache: { directory: publication.cacheDirectory, mebibytes: publication.cacheMiB },
    access: servingAccess(access),
    ports,
    logLevel: log.level,
  };
}
