import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseConfiguration, UserError } from '@krillmanager/core';
import { opensslCertificates } from '@krillmanager/host';
import { readGivenFiles } from './given-files.ts';

const names = ['krill.lab', 'rrdp.lab'];
const yearMs = 366 * 86_400_000;
let dir = '';
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'given-'));
  const now = opensslCertificates({ scratch: dir });
  const past = opensslCertificates({ scratch: dir, now: () => Date.now() - yearMs });
  const later = opensslCertificates({ scratch: dir, now: () => Date.now() + yearMs });
  const authority = await now.authority('a test', 3650);
  const pairs = {
    good: await now.server(authority, names, 90),
    wild: await now.server(authority, ['*.lab'], 90),
    other: await now.server(authority, ['other.lab'], 90),
    old: await past.server(authority, names, 90),
    early: await later.server(authority, names, 90),
  };
  for (const [name, { certificate, key }] of Object.entries(pairs)) {
    await writeFile(at(`${name}.pem`), certificate);
    await writeFile(at(`${name}.key`), key.reveal());
  }
  const secret = { mode: 0o600 };
  await writeFile(at('token'), 'a-token-of-twenty-six-chars\n', secret);
  await writeFile(at('short'), 'short\n', secret);
  await writeFile(at('lines'), 'a-token-of-twenty-six-chars\nand-another-line\n', secret);
  await writeFile(at('open'), 'a-token-of-twenty-six-chars\n', { mode: 0o644 });
});

afterAll(() => rm(dir, { recursive: true }));

const configuration = (certificate: string, key: string, token?: string) =>
  parseConfiguration({
    file: {
      name: 'km.yaml',
      text: JSON.stringify({
        domains: { krill: 'krill.lab', rrdp: 'rrdp.lab', rsync: 'rrdp.lab' },
        krill: { mode: 'own', ...(token && { adminTokenFile: at(token) }) },
        tls: { mode: 'own', certificate: at(certificate), key: at(key) },
      }),
    },
  });

test('all that is wrong with them is told at once', async () => {
  expect(await fault('none.pem', 'none.key', 'nothing')).toBe(
    [
      'krill.adminTokenFile: /nothing cannot be read: ENOENT',
      'tls.certificate: cannot read /none.pem: ENOENT',
      'tls.key: cannot read /none.key: ENOENT',
    ].join('\n  '),
  );
});

async function fault(certificate: string, key: string, token?: string): Promise<string> {
  const error: unknown = await readGivenFiles(configuration(certificate, key, token)).catch(
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error('they were taken for good');
  expect(error.exitCode).toBe(2);
  return error.message.replaceAll(dir, '').replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'THEN');
}

describe('files that the configuration names', () => {
  test.each(['good', 'wild'])('are read when they are right: %s', async (name) => {
    const given = await readGivenFiles(configuration(`${name}.pem`, `${name}.key`, 'token'));
    expect(given.adminToken?.reveal()).toBe('a-token-of-twenty-six-chars');
    expect(given.certificate?.certificate).toContain('BEGIN CERTIFICATE');
    expect(JSON.stringify(given)).not.toContain('PRIVATE');
  });

  test.each([
    ['good.pem', 'other.key', 'tls: /other.key is not the key of /good.pem'],
    ['old.pem', 'old.key', 'tls: /old.pem expired at THEN'],
    ['early.pem', 'early.key', 'tls: /early.pem is not valid before THEN'],
    [
      'other.pem',
      'good.key',
      'tls: /good.key is not the key of /other.pem\n  tls: /other.pem is not for krill.lab, but for other.lab\n  tls: /other.pem is not for rrdp.lab, but for other.lab',
    ],
    ['good.key', 'good.key', 'tls.certificate: /good.key does not hold a certificate in PEM'],
    ['good.pem', 'good.pem', 'tls.key: /good.pem does not hold an unencrypted private key in PEM'],
    ['none.pem', 'good.key', 'tls.certificate: cannot read /none.pem: ENOENT'],
  ])('are refused: %s with %s', async (certificate, key, message) => {
    expect(await fault(certificate, key)).toBe(message);
  });

  test('hold a token that nobody else can read', async () => {
    expect(await fault('good.pem', 'good.key', 'open')).toMatch(
      /^krill\.adminTokenFile: \/open can be read by others \(mode 0644/,
    );
  });

  test.each(['short', 'lines'])('hold a token in one line: not %s', async (file) => {
    expect(await fault('good.pem', 'good.key', file)).toBe(
      `krill.adminTokenFile: /${file} holds no token`,
    );
  });
});
