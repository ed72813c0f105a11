import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type HostFiles, type Ip, paths, renewBeforeDays, Secret } from '@krillmanager/core';
import { inspectCertificate } from '@krillmanager/host';

/** What this agent shows to the others, and by what it knows them; on the local disk. */
export interface Identity {
  readonly key: Secret;
  readonly certificate: string;
  readonly authority: string;
}

const keyFile = `${paths.identity}/key.pem`;
const certificateFile = `${paths.identity}/certificate.pem`;
const authorityFile = `${paths.identity}/authority.pem`;
const rootOnly = { mode: 0o600, uid: 0, gid: 0 } as const;
const dayMs = 86_400_000;

export const readKey = async (local: HostFiles): Promise<Secret | null> => {
  const text = await local.read(keyFile);
  return text === null ? null : new Secret(text);
};

export const writeKey = (local: HostFiles, key: Secret): Promise<void> =>
  local.write(keyFile, key.reveal(), rootOnly);

/** Null before there is a whole one. */
export async function readIdentity(local: HostFiles): Promise<Identity | null> {
  const key = await readKey(local);
  const certificate = await local.read(certificateFile);
  const authority = await local.read(authorityFile);
  if (key === null || certificate === null || authority === null) return null;
  return { key, certificate, authority };
}

/** The authority first: a certificate's presence says that the identity is whole. */
export async function writeIdentity(local: HostFiles, identity: Identity): Promise<void> {
  await local.write(authorityFile, identity.authority, rootOnly);
  await local.write(certificateFile, identity.certificate, rootOnly);
}

/** It is this node's, made for its key by its authority, and need not be renewed yet. */
export function isGood({ key, certificate, authority }: Identity, ip: Ip, nowMs: number): boolean {
  try {
    const x509 = new X509Certificate(certificate);
    const { names, notAfterMs } = inspectCertificate(certificate);
    return (
      names.includes(ip) &&
      notAfterMs - nowMs >= renewBeforeDays * dayMs &&
      x509.checkPrivateKey(createPrivateKey(key.reveal())) &&
      x509.verify(new X509Certificate(authority).publicKey)
    );
  } catch {
    return false;
  }
}
