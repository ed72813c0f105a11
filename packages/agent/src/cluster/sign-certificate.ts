import { certificateDays, type Ip, onVolume, Secret, type VolumeFiles } from '@krillmanager/core';
import type { NodeCertificates } from '@krillmanager/host';
import { requestPath } from './requests.ts';

export interface SigningPorts {
  readonly volume: VolumeFiles;
  readonly nodeCertificates: NodeCertificates;
}

const readable = { mode: 0o644, uid: 0, gid: 0 } as const;

/** Signs what a node of the cluster asked for. The authority's key is in use on this node only. */
export async function signCertificate(ports: SigningPorts, ip: Ip): Promise<void> {
  const { volume, nodeCertificates } = ports;
  const path = requestPath({ ip, wants: 'certificate' });
  const request = await volume.read(path);
  const certificate = await volume.read(onVolume.authority);
  const key = await volume.read(onVolume.authorityKey);
  if (request === null || certificate === null || key === null) return;
  const authority = { certificate, key: new Secret(key) };
  try {
    const days = certificateDays.agent;
    const signed = await nodeCertificates.sign(authority, request, ip, days);
    await volume.write(onVolume.agentCertificate(ip), signed, readable);
  } finally {
    // Whoever is not served by it asks anew.
    await volume.remove(path);
  }
}
