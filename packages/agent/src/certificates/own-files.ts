import { access } from 'node:fs/promises';
import { type ClusterSettings, onVolume, type Ports, publishCertificate } from '@krillmanager/core';
import { beginsAtMs, readPair } from '@krillmanager/host';

/**
 * The operator's own certificate, on whichever nodes it lies: a pair that is newer than the one on
 * the volume takes its place. The newest wins, so nodes that have different ones do not argue.
 * @returns whether it was published
 * @throws UserError for files that are there and wrong
 */
export async function takeUpOwnFiles(
  { tls, domains }: ClusterSettings,
  { files }: Pick<Ports, 'files'>,
): Promise<boolean> {
  if (tls.mode !== 'own' || tls.files === undefined) return false;
  if (!(await isHere(tls.files.certificate))) return false;
  const given = await readPair(tls.files, [...new Set(Object.values(domains))]);
  const present = await files.read(onVolume.certificate);
  if (present !== null && !isNewer(given.certificate, present)) return false;
  await publishCertificate(given, { files });
  return true;
}

/** Of the same beginning, the other one of equal age is not newer: it would go to and fro. */
const isNewer = (given: string, present: string): boolean =>
  given !== present && beginsAtMs(given) > beginsAtMs(present);

const isHere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
