import {
  type Clock,
  type HostFiles,
  type Ip,
  onVolume,
  type Secret,
  type VolumeFiles,
} from '@krillmanager/core';
import type { NodeCertificates } from '@krillmanager/host';
import {
  type Identity,
  isGood,
  readIdentity,
  readKey,
  writeIdentity,
  writeKey,
} from './identity.ts';
import { requestPath } from './requests.ts';

export interface IdentityPorts {
  readonly local: HostFiles;
  readonly volume: VolumeFiles;
  readonly nodeCertificates: NodeCertificates;
  readonly clock: Clock;
}

const readable = { mode: 0o644, uid: 0, gid: 0 } as const;

/**
 * Takes the one step that lacks to a certificate which is good for long: makes the key, which never
 * leaves this disk; asks on the volume; takes what a manager's agent signed.
 * @returns the identity to be used now, also one that is about to end; null when there is none
 */
export async function keepIdentity(ports: IdentityPorts, ip: Ip): Promise<Identity | null> {
  const { local, volume, clock } = ports;
  const held = await readIdentity(local);
  const authority = await volume.read(onVolume.authority);
  if (authority === null) return held;
  if (held?.authority === authority && isGood(held, ip, clock.now())) return held;
  const key = await ownKey(ports);
  const certificate = await volume.read(onVolume.agentCertificate(ip));
  const offered = certificate === null ? null : { key, certificate, authority };
  if (offered !== null && isGood(offered, ip, clock.now())) {
    await writeIdentity(local, offered);
    return offered;
  }
  await ask(ports, key, ip);
  return held;
}

async function ownKey({ local, nodeCertificates }: IdentityPorts): Promise<Secret> {
  const key = await readKey(local);
  if (key !== null) return key;
  const made = await nodeCertificates.newKey();
  await writeKey(local, made);
  return made;
}

async function ask({ volume, nodeCertificates }: IdentityPorts, key: Secret, ip: Ip) {
  const path = requestPath({ ip, wants: 'certificate' });
  if ((await volume.read(path)) !== null) return;
  await volume.write(path, await nodeCertificates.request(key, ip), readable);
}
