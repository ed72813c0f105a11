import { X509Certificate } from 'node:crypto';
import { SocketAddress } from 'node:net';

/** @throws Error when the text is no certificate. */
export function inspectCertificate(pem: string): { notAfterMs: number; names: readonly string[] } {
  const certificate = new X509Certificate(pem);
  return {
    notAfterMs: certificate.validToDate.getTime(),
    names: alternativeNames(certificate.subjectAltName ?? ''),
  };
}

/** DNS names and addresses of a SAN as Node prints it, e.g. "DNS:a.example, IP Address:10.0.0.1". */
function alternativeNames(printed: string): readonly string[] {
  return printed.split(', ').flatMap((entry) => {
    const [kind, name = ''] = split(entry);
    if (kind === 'DNS') return [name];
    return kind === 'IP Address' ? [canonical(name)] : [];
  });
}

function split(entry: string): [kind: string, value: string] {
  const colon = entry.indexOf(':');
  return [entry.slice(0, colon), entry.slice(colon + 1)];
}

const canonical = (address: string): string =>
  address.includes(':') ? new SocketAddress({ family: 'ipv6', address }).address : address;
