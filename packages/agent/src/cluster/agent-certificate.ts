import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type Ip, parseIp } from '@krillmanager/core';
import { inspectCertificate } from '@krillmanager/host';

/** RFC 5280, 4.2.1.12: id-kp-clientAuth. The public server certificate of the same authority lacks it. */
const clientAuth = '1.3.6.1.5.5.7.3.2';

/** The certificate, which its authority was checked for already, is the agent's at this address. */
export const isAgentOf = (certificate: X509Certificate, ip: Ip): boolean =>
  certificate.keyUsage?.includes(clientAuth) === true &&
  inspectCertificate(certificate.toString()).names.includes(ip);

/** The address at the other end; null when there is none any more. */
export function remoteIp(address: string | undefined): Ip | null {
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  return isIP(plain) === 0 ? null : parseIp(plain);
}
