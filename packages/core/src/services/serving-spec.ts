import type { Ip } from '../model/ip.ts';
import type { ClusterSettings } from '../model/settings.ts';
import { krillPort, krillTlsName, nginxHealthPort, onVolume } from '../paths.ts';
import { type ServingAccess, servingAccess } from './access.ts';
import { krillsyncSpec } from './krillsync.ts';
import { limits } from './limits.ts';
import { nginxSpec } from './nginx.ts';
import type { Release } from './release.ts';
import { rsyncdSpec } from './rsyncd.ts';
import type { FollowedFile, ServingSpec } from './serving.ts';

/** What the templates of the serving stack may use, as `it`. */
export interface ServingView {
  readonly domains: ClusterSettings['domains'];
  /** One name for everything, or three: the distinct ones. */
  readonly names: readonly string[];
  readonly nodes: readonly Ip[];
  readonly krillPort: number;
  /** The name in the certificate that Krill shows to NGINX. */
  readonly krillTlsName: string;
  readonly healthPort: number;
  readonly testbed: boolean;
  /** Krill publishes here, not in a third party's repository. */
  readonly repository: boolean;
  /** What peers are asked for, as NGINX's pattern: snapshots and deltas at the paths Krill gives them. */
  readonly rrdpFile: string;
  readonly access: ServingAccess;
  readonly messageBytes: typeof limits.messageBytes;
  readonly rsyncMaxConnections: number;
  readonly ports: ClusterSettings['ports'];
  readonly logLevel: ClusterSettings['logLevel'];
}

// In quotes for its braces. 0.16.1 writes <session>/<serial>/<unpredictable>/snapshot.xml.
const rrdpFile =
  '"^/rrdp/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[0-9]{1,15}/[0-9A-Za-z]{1,64}/(snapshot|delta)\\.xml$"';

export type RenderServing = (template: 'nginx.conf' | 'rsyncd.conf', view: ServingView) => string;

export function servingView(settings: ClusterSettings): ServingView {
  const { domains } = settings;
  return {
    domains,
    names: [...new Set([domains.krill, domains.rrdp, domains.rsync])],
    nodes: [...settings.nodes].sort(),
    krillPort,
    krillTlsName,
    healthPort: nginxHealthPort,
    testbed: settings.krill.mode === 'testbed',
    repository: settings.krill.mode !== 'third-party',
    rrdpFile,
    access: servingAccess(settings.access),
    messageBytes: limits.messageBytes,
    rsyncMaxConnections: settings.rsyncMaxConnections,
    ports: settings.ports,
    logLevel: settings.logLevel,
  };
}

const certificates: readonly FollowedFile[] = [
  { from: onVolume.certificate, to: 'tls/server.pem', mode: 0o644 },
  { from: onVolume.certificateKey, to: 'tls/server.key', mode: 0o600 },
  { from: onVolume.authority, to: 'tls/authority.pem', mode: 0o644 },
];

/** The pair that this cluster's authority issued for its own services (docs/adr/0023). */
const internalPair: readonly FollowedFile[] = [
  { from: onVolume.krillCertificate, to: 'tls/internal.pem', mode: 0o644 },
  { from: onVolume.krillKey, to: 'tls/internal.key', mode: 0o600 },
];

const trustAnchor: readonly FollowedFile[] = [
  { from: `${onVolume.trustAnchor}/ta.tal`, to: 'ta/ta.tal', mode: 0o644 },
  {
    from: `${onVolume.trustAnchor}/ta.cer.b64`,
    to: 'ta/ta.cer',
    mode: 0o644,
    encoding: 'base64',
  },
];

/** The serving stack of every node; with a third party's repository there is only Krill to serve. */
export function servingSpec(
  settings: ClusterSettings,
  release: Release,
  render: RenderServing,
): ServingSpec {
  const view = servingView(settings);
  return {
    files: (['nginx.conf', 'rsyncd.conf'] as const).map((path) => ({
      path,
      content: render(path, view),
    })),
    follows: [
      ...certificates,
      ...(view.repository ? internalPair : []),
      ...(view.testbed ? trustAnchor : []),
    ],
    containers: containers(settings, release),
  };
}

function containers(settings: ClusterSettings, release: Release): ServingSpec['containers'] {
  if (settings.stopped) return [];
  const nginx = nginxSpec(release, settings);
  if (settings.krill.mode === 'third-party') return [nginx];
  return [krillsyncSpec(release, settings), nginx, rsyncdSpec(release, settings)];
}
