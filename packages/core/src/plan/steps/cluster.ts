import type { Ip } from '../../model/ip.ts';
import { Secret } from '../../model/secret.ts';
import type { ClusterRecord, ClusterSettings } from '../../model/settings.ts';
import { UserError } from '../../model/user-error.ts';
import { onVolume } from '../../paths.ts';
import { certificateDays } from '../../policy.ts';
import type { KeyPair } from '../../ports/certificates.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Handlers } from '../step.ts';

export type ClusterStep =
  | { readonly kind: 'cluster.found'; readonly cluster: ClusterRecord }
  | { readonly kind: 'settings.publish'; readonly settings: ClusterSettings }
  | { readonly kind: 'certificate.issue'; readonly names: readonly string[] }
  | { readonly kind: 'certificate.copy'; readonly names: readonly string[] };

const rootOnly = { mode: 0o600, uid: 0, gid: 0 } as const;
const readable = { mode: 0o644, uid: 0, gid: 0 } as const;

export const clusterHandlers: Handlers<ClusterStep> = {
  'cluster.found': {
    describe: ({ cluster }) => `found cluster ${cluster.id} on the volume`,
    apply: async ({ cluster }, { ports: { files } }) => {
      const text = await files.read(onVolume.cluster);
      const present = text === null ? cluster : (JSON.parse(text) as ClusterRecord);
      if (present.id !== cluster.id) {
        throw new UserError(`the volume belongs to cluster ${present.id} already`, {
          hint: 'run the same command again: it looks anew',
        });
      }
      await files.write(onVolume.cluster, JSON.stringify(cluster), readable);
    },
  },
  'settings.publish': {
    describe: ({ settings }) => `publish the settings for ${nodeCount(settings.nodes)}`,
    apply: async ({ settings }, { ports: { files } }) => {
      // Krill's container sees only its own directory.
      await files.write(onVolume.krillSettings, JSON.stringify(settings), readable);
      await files.write(onVolume.settings, JSON.stringify(settings), readable);
    },
  },
  'certificate.issue': {
    describe: ({ names }) => `issue a certificate for ${names.join(', ')}`,
    apply: ({ names }, { ports }) => issueCertificate(names, ports),
  },
  'certificate.copy': {
    describe: ({ names }) => `copy your certificate for ${names.join(', ')} to the volume`,
    apply: async (_step, { ports, desired: { certificate } }) => {
      // Krill shows NGINX a certificate of the cluster's own authority, whatever the world sees.
      await authorityOf(ports);
      if (certificate !== undefined) await publishCertificate(certificate, ports);
    },
  },
};

export type CertificatePorts = Pick<Ports, 'files' | 'certificates'>;

/** A serving certificate of the cluster's own authority, for all nodes to take up. */
export async function issueCertificate(
  names: readonly string[],
  ports: CertificatePorts,
): Promise<void> {
  const authority = await authorityOf(ports);
  const pair = await ports.certificates.server(authority, names, certificateDays.server);
  await publishCertificate(pair, ports);
}

/** Puts a serving certificate on the volume, where every node follows it. */
export async function publishCertificate(
  { certificate, key }: KeyPair,
  { files }: Pick<Ports, 'files'>,
): Promise<void> {
  // The key first: the certificate's presence says that the pair is whole.
  await files.write(onVolume.certificateKey, key.reveal(), rootOnly);
  await files.write(onVolume.certificate, certificate, readable);
}

/** The cluster's own certificate authority, made when it is first needed. */
export async function authorityOf({ files, certificates }: CertificatePorts) {
  const certificate = await files.read(onVolume.authority);
  const key = await files.read(onVolume.authorityKey);
  if (certificate !== null && key !== null) return { certificate, key: new Secret(key) };
  const made = await certificates.authority('Krill Manager', certificateDays.authority);
  await files.write(onVolume.authorityKey, made.key.reveal(), rootOnly);
  await files.write(onVolume.authority, made.certificate, readable);
  return made;
}

const nodeCount = (nodes: readonly Ip[]): string =>
  nodes.length === 1 ? 'one node' : `${nodes.length} nodes`;
