import type { X509Certificate } from 'node:crypto';

/** The DNS names of its SAN; a subject's common name counts for nobody any more (RFC 9525). */
export const certificateNames = ({ subjectAltName = '' }: X509Certificate): readonly string[] =>
  subjectAltName
    .split(', ')
    .flatMap((entry) =>
      entry.startsWith('DNS:') ? [entry.slice('DNS:'.length).toLowerCase()] : [],
    );

/** Of a wildcard, "*" stands for one whole label (RFC 9525, 6.3). */
export const covers = (names: readonly string[], domain: string): boolean =>
  names.includes(domain) || names.includes(domain.replace(/^[^.]+/, '*'));
