import { type Ip, isIp } from '@krillmanager/core';

export interface CertificateRequest {
  /** Goes into the subject; at most 64 characters there (RFC 5280, ub-common-name). */
  readonly commonName: string;
  readonly extensions: readonly string[];
}

const label = '[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?';
const dnsName = new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`);

export const authorityExtensions = [
  'basicConstraints = critical, CA:TRUE, pathlen:0',
  'keyUsage = critical, keyCertSign, cRLSign',
  'subjectKeyIdentifier = hash',
];

/**
 * A server's extensions, with its DNS names and addresses.
 * @throws Error for a name that is neither; openssl would read it as configuration.
 */
export const serverExtensions = (names: readonly string[]): readonly string[] => [
  'basicConstraints = critical, CA:FALSE',
  'keyUsage = critical, digitalSignature',
  'extendedKeyUsage = serverAuth',
  'subjectKeyIdentifier = hash',
  'authorityKeyIdentifier = keyid:always',
  `subjectAltName = ${names.map(alternativeName).join(', ')}`,
];

/** An agent's extensions: for both ends of a connection, which a public server's are not. */
export const nodeExtensions = (ip: Ip): readonly string[] => [
  'basicConstraints = critical, CA:FALSE',
  'keyUsage = critical, digitalSignature',
  'extendedKeyUsage = serverAuth, clientAuth',
  'subjectKeyIdentifier = hash',
  'authorityKeyIdentifier = keyid:always',
  `subjectAltName = ${alternativeName(ip)}`,
];

function alternativeName(name: string): string {
  if (isIp(name)) return `IP:${name}`;
  if (!dnsName.test(name)) throw new Error(`"${name}" is neither a DNS name nor an address`);
  return `DNS:${name}`;
}

/**
 * The configuration of `openssl ca` in this directory: of openssl's commands the one that can set
 * when a certificate's validity begins, in all versions from 1.1.1 on.
 */
export const authorityConfig = (dir: string, extensions: readonly string[]): string => `
[ca]
default_ca = here
[here]
database = ${dir}/index
new_certs_dir = ${dir}
default_md = sha256
policy = any
x509_extensions = extensions
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
[extensions]
${extensions.join('\n')}
`;

/** A point in time as `openssl ca` takes it (GeneralizedTime). */
export const generalizedTime = (ms: number): string =>
  new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
