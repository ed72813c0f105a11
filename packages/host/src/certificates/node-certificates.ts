import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ip, type KeyPair, Secret, UserError } from '@krillmanager/core';
import { runCommand } from '../run.ts';
import { authorityConfig, nodeExtensions } from './authority-config.ts';
import { inScratch, newKey, requestArgv, type Scratch, signArgv } from './openssl-certificates.ts';

/** What an agent shows to the others: asked for where the key is, signed where the authority is. */
export interface NodeCertificates {
  newKey(): Promise<Secret>;
  /** A PKCS #10 request for this key (PEM). */
  request(key: Secret, ip: Ip): Promise<string>;
  /**
   * Of the request only the public key is taken, after its signature was checked.
   * @throws UserError when it is no valid request.
   */
  sign(authority: KeyPair, request: string, ip: Ip, days: number): Promise<string>;
}

/** Through the openssl program; `scratch` is a tmpfs, so that no key reaches a disk on the way. */
export function nodeCertificates(scratch = '/run'): NodeCertificates {
  const within = <T>(work: (at: Scratch) => Promise<T>) => inScratch(scratch, Date.now(), work);
  return {
    newKey: async () => new Secret(await newKey()),
    request: (key, ip) => within((at) => request(at, key, ip)),
    sign: (authority, text, ip, days) =>
      within(async ({ dir, nowMs }) => {
        await secret(join(dir, 'authority.key'), authority.key);
        await writeFile(join(dir, 'authority.pem'), authority.certificate);
        await writeFile(join(dir, 'request'), text);
        await writeFile(join(dir, 'index'), '');
        await writeFile(join(dir, 'config'), authorityConfig(dir, nodeExtensions(ip)));
        const argv = signArgv(dir, false, { nowMs, days });
        const { stderr } = await runCommand([...argv, '-subj', `/CN=${ip}`], { accept: [1] });
        // For a false signature openssl writes nothing and yet reports no failure.
        const signed = await readFile(join(dir, 'certificate'), 'utf8').catch(() => '');
        if (signed !== '') return signed;
        throw new UserError(`what ${ip} asked a certificate with is no valid request`, {
          cause: stderr,
        });
      }),
  };
}

async function request({ dir }: Scratch, key: Secret, ip: Ip): Promise<string> {
  await secret(join(dir, 'key'), key);
  await runCommand(requestArgv(dir, ip));
  return readFile(join(dir, 'request'), 'utf8');
}

const secret = (path: string, key: Secret): Promise<void> =>
  writeFile(path, key.reveal(), { mode: 0o600 });
