import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Configuration, type GivenCertificate, Secret, UserError } from '@krillmanager/core';
import { errorCode } from '@krillmanager/host';
import { certificateNames, covers } from './certificate-names.ts';

export interface GivenFiles {
  readonly adminToken?: Secret;
  readonly certificate?: GivenCertificate;
}

const shortestToken = 16;

/** Reads the files that the configuration names. @throws UserError (usage) for what is wrong with them. */
export async function readGivenFiles({ krill, tls, domains }: Configuration): Promise<GivenFiles> {
  const names = [...new Set(Object.values(domains))];
  return {
    ...(krill.adminTokenFile !== undefined && { adminToken: await token(krill.adminTokenFile) }),
    ...(tls.mode === 'own' && { certificate: await pair(tls, names) }),
  };
}

async function token(file: string): Promise<Secret> {
  const text = (await read('krill.adminTokenFile', file)).trim();
  if (/^[\x21-\x7e]+$/.test(text) && text.length >= shortestToken && !/["\\]/.test(text)) {
    return new Secret(text);
  }
  throw wrong(
    `krill.adminTokenFile: ${file} holds no token`,
    `write one line of ${shortestToken} printable characters or more, without space, " and \\: openssl rand -hex 32 > ${file}`,
  );
}

interface PairFiles {
  readonly certificate: string;
  readonly key: string;
}

async function pair(files: PairFiles, domains: readonly string[]): Promise<GivenCertificate> {
  const certificate = await read('tls.certificate', files.certificate);
  const key = await read('tls.key', files.key);
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
  throw wrong(
    faults.map((fault) => `tls: ${fault}`).join('\n  '),
    'give a certificate for all the domains, then its chain, and its own key; or tls.mode: private',
  );
}

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
    throw wrong(`${key}: ${file} does not hold ${what} in PEM`, 'see what is in it', cause);
  }
}

async function read(key: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw wrong(
      `${key}: cannot read ${file}: ${errorCode(cause)}`,
      'write it, or correct its name',
      cause,
    );
  }
}

const wrong = (message: string, hint: string, cause?: unknown): UserError =>
  new UserError(message, { hint, exitCode: 2, cause });
