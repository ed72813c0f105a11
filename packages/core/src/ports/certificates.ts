import type { Secret } from '../model/secret.ts';

export interface KeyPair {
  readonly certificate: string;
  readonly key: Secret;
}

/** Issues X.509 certificates (PEM, ECDSA P-256); keys never stand in a command line. */
export interface Certificates {
  /** A certificate authority of our own. */
  authority(commonName: string, days: number): Promise<KeyPair>;
  /** A server certificate with these DNS names and addresses in its SAN. */
  server(authority: KeyPair, names: readonly string[], days: number): Promise<KeyPair>;
  /** Not after, milliseconds since the epoch, and the names of the SAN. */
  inspect(certificate: string): Promise<{ notAfterMs: number; names: readonly string[] }>;
}
