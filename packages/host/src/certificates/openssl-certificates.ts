import { generateKeyPair } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Certificates, type KeyPair, Secret } from '@krillmanager/core';
import { type Argv, runCommand } from '../run.ts';
import {
  authorityConfig,
  authorityExtensions,
  type CertificateRequest,
  generalizedTime,
  serverExtensions,
} from './authority-config.ts';
import { inspectCertificate } from './inspect-certificate.ts';

export interface OpensslOptions {
  /** Where keys lie while openssl reads them; a tmpfs, so that none reaches a disk. */
  readonly scratch?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Certificates begin this long ago, for the clocks of those who verify them. */
const backdatedMs = 5 * 60_000;
const dayMs = 24 * 60 * 60_000;
const commonNameLength = 64;

export interface Scratch {
  readonly dir: string;
  readonly nowMs: number;
}

/** Certificates through the openssl program (1.1.1 or newer); keys are made in this process. */
export function opensslCertificates({
  scratch = '/run',
  now = Date.now,
}: OpensslOptions = {}): Certificates {
  const within = <T>(work: (scratch: Scratch) => Promise<T>) => inScratch(scratch, now(), work);
  return {
    authority: (commonName, days) =>
      within((at) => issue(at, null, { commonName, extensions: authorityExtensions }, days)),
    server: (authority, names, days) =>
      within((at) => issue(at, authority, requestFor(names), days)),
    inspect: async (certificate) => inspectCertificate(certificate),
  };
}

function requestFor(names: readonly string[]): CertificateRequest {
  const commonName = names.find((name) => name.length <= commonNameLength) ?? 'server';
  return { commonName, extensions: serverExtensions(names) };
}

/** Keys of others lie here for no longer than the work takes. */
export async function inScratch<T>(
  parent: string,
  nowMs: number,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const dir = await mkdtemp(join(parent, 'krillmanager-key-'));
  try {
    return await work({ dir, nowMs });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export interface Validity {
  readonly nowMs: number;
  readonly days: number;
}

/** Signed by the authority, or by its own key when there is none. */
async function issue(
  { dir, nowMs }: Scratch,
  authority: KeyPair | null,
  { commonName, extensions }: CertificateRequest,
  days: number,
): Promise<KeyPair> {
  const key = await newKey();
  const at = (name: string) => join(dir, name);
  const secret = (name: string, content: string) => writeFile(at(name), content, { mode: 0o600 });
  await secret('key', key);
  await secret('authority.key', authority?.key.reveal() ?? key);
  await writeFile(at('authority.pem'), authority?.certificate ?? '');
  await writeFile(at('index'), '');
  await writeFile(at('config'), authorityConfig(dir, extensions));
  await runCommand(requestArgv(dir, commonName));
  await runCommand(signArgv(dir, authority === null, { nowMs, days }));
  return { certificate: await readFile(at('certificate'), 'utf8'), key: new Secret(key) };
}

export async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export function requestArgv(dir: string, commonName: string): Argv {
  const subject = `/CN=${commonName.replaceAll(/[\\/+=]/g, '\\$&')}`;
  const files = ['-key', `${dir}/key`, '-out', `${dir}/request`];
  return ['openssl', 'req', '-new', '-utf8', '-batch', '-subj', subject, ...files];
}

export function signArgv(dir: string, selfSigned: boolean, { nowMs, days }: Validity): Argv {
  const issuer = selfSigned ? ['-selfsign'] : ['-cert', `${dir}/authority.pem`];
  const from = generalizedTime(nowMs - backdatedMs);
  const validity = ['-startdate', from, '-enddate', generalizedTime(nowMs + days * dayMs)];
  return [
    ...(['openssl', 'ca', '-batch', '-notext', '-utf8'] as const),
    ...['-config', `${dir}/config`, ...issuer, '-keyfile', `${dir}/authority.key`],
    ...['-in', `${dir}/request`, '-out', `${dir}/certificate`, ...validity],
  ];
}
