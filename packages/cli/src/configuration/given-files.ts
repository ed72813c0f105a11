import { allOrFaults, type Configuration, type GivenCertificate, Secret } from '@krillmanager/core';
import { readPair, readSecretFile, unfit } from '@krillmanager/host';

export interface GivenFiles {
  readonly adminToken?: Secret;
  readonly certificate?: GivenCertificate;
}

const shortestToken = 16;

/**
 * Reads the files that the configuration names.
 * @throws UserError (usage) for all that is wrong with them
 */
export async function readGivenFiles(
  { krill, tls, domains }: Configuration,
  { pair = true }: { readonly pair?: boolean } = {},
): Promise<GivenFiles> {
  const names = [...new Set(Object.values(domains))];
  const file = krill.adminTokenFile;
  const given = await allOrFaults<GivenFiles>([
    ...(file === undefined ? [] : [token(file).then((adminToken) => ({ adminToken }))]),
    ...(tls.mode === 'own' && pair
      ? [readPair(tls, names).then((certificate) => ({ certificate }))]
      : []),
  ]);
  return Object.assign({}, ...given);
}

async function token(file: string): Promise<Secret> {
  const text = (await readSecretFile('krill.adminTokenFile', file)).trim();
  if (/^[\x21-\x7e]+$/.test(text) && text.length >= shortestToken && !/["\\]/.test(text)) {
    return new Secret(text);
  }
  throw unfit(
    `krill.adminTokenFile: ${file} holds no token`,
    `write one line of ${shortestToken} printable characters or more, without space, " and \\: openssl rand -hex 32 > ${file}`,
  );
}
