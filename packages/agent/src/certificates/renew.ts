import {
  type ClusterSettings,
  certificateDays,
  issueCertificate,
  issueKrillCertificate,
  onVolume,
  type Ports,
} from '@krillmanager/core';
import { isPair } from '@krillmanager/host';

const dayMs = 86_400_000;

type RenewalPorts = Pick<Ports, 'files' | 'certificates' | 'clock'>;

export interface Renewal {
  /** For the log. */
  readonly what: string;
  readonly issue: () => Promise<void>;
}

/** Certificates of the cluster's own authority of which a third of their days is left, or less. */
export async function dueRenewals(
  { tls, domains }: ClusterSettings,
  ports: RenewalPorts,
): Promise<readonly Renewal[]> {
  const names = [...new Set(Object.values(domains))].sort();
  const due: Renewal[] = [];
  const { server, authority } = certificateDays;
  if (tls.mode === 'private' && (await isDue(ports, serverPair, server))) {
    due.push({
      what: `certificate for ${names.join(', ')}`,
      issue: () => issueCertificate(names, ports),
    });
  }
  // Krill reads it at its start only, and has some three years to be started again.
  if (await isDue(ports, krillPair, authority)) {
    due.push({ what: "Krill's certificate", issue: () => issueKrillCertificate(ports) });
  }
  return due;
}

const serverPair = { certificate: onVolume.certificate, key: onVolume.certificateKey };
const krillPair = { certificate: onVolume.krillCertificate, key: onVolume.krillKey };

/** Also a pair that somebody who died left by half. What was never issued is the matter of `init`. */
async function isDue(
  { files, certificates, clock }: RenewalPorts,
  pair: { readonly certificate: string; readonly key: string },
  days: number,
): Promise<boolean> {
  const certificate = await files.read(pair.certificate);
  const key = await files.read(pair.key);
  if (certificate === null || key === null) return false;
  if (!isPair(certificate, key)) return true;
  const { notAfterMs } = await certificates.inspect(certificate);
  return notAfterMs - clock.now() < (days / 3) * dayMs;
}
