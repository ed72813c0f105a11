import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KeyPair } from '@krillmanager/core';
import { runCommand } from '../run.ts';
import { opensslCertificates } from './openssl-certificates.ts';

const names = ['krill.lab', 'rrdp.lab', '10.55.0.1', 'fd55::1'];
const dayMs = 86_400_000;
let scratch: string;
let authority: KeyPair;
let server: KeyPair;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'certificates-'));
  const certificates = opensslCertificates({ scratch });
  authority = await certificates.authority('Krill Manager cluster a/b=c', 3650);
  server = await certificates.server(authority, names, 90);
});
afterAll(() => rm(scratch, { recursive: true }));

const printed = async (pem: string, ...what: string[]) =>
  (await runCommand(['openssl', 'x509', '-noout', ...what], { input: pem })).stdout;

describe('opensslCertificates', () => {
  test('an authority that signs servers and nothing below them', async () => {
    const x509 = new X509Certificate(authority.certificate);
    expect(x509.ca).toBe(true);
    expect(x509.subject).toBe('CN=Krill Manager cluster a/b=c');
    const text = await printed(authority.certificate, '-ext', 'basicConstraints,keyUsage');
    expect(text).toContain('CA:TRUE, pathlen:0');
    expect(text).toContain('Certificate Sign, CRL Sign');
  });

  test('a server certificate that openssl verifies for each of its names', async () => {
    const [ca, pem] = [join(scratch, 'ca.pem'), join(scratch, 'server.pem')];
    await writeFile(ca, authority.certificate);
    await writeFile(pem, server.certificate);
    const verify = (...name: string[]) =>
      runCommand([
        'openssl',
        'verify',
        '-x509_strict',
        '-purpose',
        'sslserver',
        '-CAfile',
        ca,
        ...name,
        pem,
      ]);
    await verify('-verify_hostname', 'krill.lab');
    await verify('-verify_ip', '10.55.0.1');
    await verify('-verify_ip', 'fd55::1');
    await expect(verify('-verify_hostname', 'other.lab')).rejects.toThrow('openssl: exit');
  });

  test('is P-256, for servers, with key identifiers, valid since five minutes ago', async () => {
    const x509 = new X509Certificate(server.certificate);
    expect(x509.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    const text = await printed(
      server.certificate,
      '-ext',
      'authorityKeyIdentifier,subjectKeyIdentifier',
    );
    expect(text).toMatch(/Subject Key Identifier[\s\S]*Authority Key Identifier/);
    const age = Date.now() - x509.validFromDate.getTime();
    expect(age).toBeGreaterThan(4 * 60_000);
    expect(age).toBeLessThan(7 * 60_000);
  });

  test('inspect tells its names and its end', async () => {
    const seen = await opensslCertificates().inspect(server.certificate);
    expect(seen.names).toEqual(names);
    expect(Math.abs(seen.notAfterMs - Date.now() - 90 * dayMs)).toBeLessThan(120_000);
  });

  test('a TLS server works with it, for a client that knows the authority only', async () => {
    const https = createServer({ cert: server.certificate, key: server.key.reveal() });
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    const { port } = https.address() as AddressInfo;
    const authorized = await new Promise((resolve, reject) => {
      const options = {
        port,
        host: '127.0.0.1',
        servername: 'krill.lab',
        ca: authority.certificate,
      };
      const socket = connect(options, () => {
        resolve(socket.authorized);
        socket.destroy();
      }).once('error', reject);
    });
    https.close();
    expect(authorized).toBe(true);
  });

  test('refuses a name that is none, and leaves no key behind', async () => {
    const certificates = opensslCertificates({ scratch });
    const bad = certificates.server(authority, ['a.lab\nkeyUsage = keyCertSign'], 1);
    await expect(bad).rejects.toThrow('neither a DNS name nor an address');
    expect((await readdir(scratch)).filter((name) => name.startsWith('krillmanager-key'))).toEqual(
      [],
    );
  });
});
