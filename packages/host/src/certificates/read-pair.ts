import { createPrivateKey, X509Certificate } from 'node:crypto';
import { allOrFaults, type GivenCertificate, type PairFiles, Secret } from '@krillmanager/core';
import { readGivenFile, unfit } from '../files/given-file.ts';
import { certificateNames, covers } from './certificate-names.ts';

/**
 * The certificate and key of the operator's own files: fit for each other, for all the domains and
 * for this moment.
 * @throws UserError (usage) that names every fault
 */
export async function readPair(
  files: PairFiles,
  domains: readonly string[],
): Promise<GivenCertificate> {
  const [certificate = '', key = ''] = await allOrFaults([
    readGivenFile('tls.certificate', files.certificate),
    readGivenFile('tls.key', files.key),
  ]);
  const leaf = parsed('tls.certificate', files.certificate, () => new X509Certificate(certificate));
  const secret = parsed('tls.key', files.key, () => createPrivateKey(key));
  const names = certificateNames(leaf);
  const faults = [
    ...(leaf.checkPrivateKey(secret)
      ? []
      : [`${files.key} is not the key of ${files.certificate}`]),
    ...timeFaults(leaf, files.certificate),
    ...domains
      .filter((domain) => !covers(names, domain))
      .map((domain) => `${files.certificate} is not for ${domain}, but for ${names.join(', ')}`),
  ];
  if (faults.length === 0) return { certificate, key: new Secret(key), names };
  throw unfit(
    faults.map((fault) => `tls: ${fault}`).join('\n  '),
    'give a certificate for all the domains, then its chain, and its own key; or tls.mode: private',
  );
}

/** Whether a key is that of a certificate, both in PEM; false for what is neither. */
export function isPair(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** When a certificate in PEM begins to be valid, milliseconds since the epoch. */
export const beginsAtMs = (certificate: string): number =>
  new X509Certificate(certificate).validFromDate.getTime();

function timeFaults({ validFromDate, validToDate }: X509Certificate, file: string): string[] {
  if (validToDate.getTime() < Date.now())
    return [`${file} expired at ${validToDate.toISOString()}`];
  if (validFromDate.getTime() <= Date.now()) return [];
  return [`${file} is not valid before ${validFromDate.toISOString()}`];
}

function parsed<T>(key: string, file: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    const what = key === 'tls.key' ? 'an unencrypted private key' : 'a certificate';
    throw unfit(`${key}: ${file} does not hold ${what} in PEM`, 'see what is in it', cause);
  }
}
