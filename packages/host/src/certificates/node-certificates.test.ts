import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type KeyPair, parseIp } from '@krillmanager/core';
import { nodeCertificates } from './node-certificates.ts';
import { opensslCertificates } from './openssl-certificates.ts';

const ip = parseIp('10.55.0.2');
let scratch: string;
let authority: KeyPair;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'certificates-'));
  authority = await opensslCertificates({ scratch }).authority('Krill Manager', 3650);
});
afterAll(() => rm(scratch, { recursive: true }));

describe('the certificate of an agent', () => {
  test('is for both ends, for this node, for the key that asked', async () => {
    const certificates = nodeCertificates(scratch);
    const key = await certificates.newKey();
    const request = await certificates.request(key, ip);
    const x509 = new X509Certificate(await certificates.sign(authority, request, ip, 90));
    expect(x509.subject).toBe('CN=10.55.0.2');
    expect(x509.subjectAltName).toBe('IP Address:10.55.0.2');
    expect(x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(x509.checkIssued(new X509Certificate(authority.certificate))).toBe(true);
    expect(request).not.toContain('PRIVATE');
    expect(await readdir(scratch)).toEqual([]);
  });

  test('names who the signer says, whatever the request says', async () => {
    const certificates = nodeCertificates(scratch);
    const request = await certificates.request(await certificates.newKey(), parseIp('fd55::9'));
    const x509 = new X509Certificate(await certificates.sign(authority, request, ip, 90));
    expect(x509.subject).toBe('CN=10.55.0.2');
    expect(x509.subjectAltName).toBe('IP Address:10.55.0.2');
  });

  test('is not given for what is no request, or one that was altered', async () => {
    const certificates = nodeCertificates(scratch);
    const request = await certificates.request(await certificates.newKey(), ip);
    const other = await certificates.request(await certificates.newKey(), ip);
    // The head of one with the signature of another: DER of equal length, give or take a byte.
    const altered = [...request.split('\n').slice(0, 4), ...other.split('\n').slice(4)].join('\n');
    for (const text of ['nonsense', '', altered]) {
      await expect(certificates.sign(authority, text, ip, 90)).rejects.toThrow('no valid request');
    }
  });
});
