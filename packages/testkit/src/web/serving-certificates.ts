import { krillTlsName } from '@krillmanager/core';
import { opensslCertificates } from '@krillmanager/host';

/** PEM throughout: what NGINX shows, and what Krill shows to NGINX. */
export interface ServingCertificates {
  readonly authority: string;
  readonly server: string;
  readonly key: string;
  readonly krill: { readonly certificate: string; readonly key: string };
}

/** As the cluster's own authority issues them, for these names. */
export async function servingCertificates(names: readonly string[]): Promise<ServingCertificates> {
  const certificates = opensslCertificates();
  const authority = await certificates.authority('Test', 10);
  const server = await certificates.server(authority, names, 10);
  const krill = await certificates.server(authority, [krillTlsName], 10);
  return {
    authority: authority.certificate,
    server: server.certificate,
    key: server.key.reveal(),
    krill: { certificate: krill.certificate, key: krill.key.reveal() },
  };
}
