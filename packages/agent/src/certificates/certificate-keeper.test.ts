import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  type Certificates,
  type ClusterSettings,
  type KeyPair,
  onVolume,
  type VolumeFiles,
} from '@krillmanager/core';
import { isPair, opensslCertificates } from '@krillmanager/host';
import type { View } from '../node/view.ts';
import { CertificateKeeper } from './certificate-keeper.ts';

const dayMs = 86_400_000;
const names = ['krill.lab', 'rrdp.lab', 'rsync.lab'];
const [krill = '', rrdp = '', rsync = ''] = names;

// Real certificates, by the openssl program, which takes its time on a busy machine.
jest.setTimeout(60_000);

let dir = '';
let authority: KeyPair;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keeper-'));
  authority = await certificatesAt(0).authority('a test', 3650);
});
afterAll(() => rm(dir, { recursive: true }));

const certificatesAt = (days: number): Certificates =>
  opensslCertificates({ scratch: dir, now: () => Date.now() + days * dayMs });

/** A pair of our authority that was issued so many days ago. */
const issued = (daysAgo: number, days = 90, of = names): Promise<KeyPair> =>
  certificatesAt(-daysAgo).server(authority, of, days);

let tree: Map<string, string>;
let said: string[];
beforeEach(() => {
  tree = new Map([
    [onVolume.authority, authority.certificate],
    [onVolume.authorityKey, authority.key.reveal()],
  ]);
  said = [];
});
const put = ({ certificate, key }: KeyPair): void => {
  tree.set(onVolume.certificate, certificate).set(onVolume.certificateKey, key.reveal());
};
const files = {
  read: async (path: string) => tree.get(path) ?? null,
  write: async (path: string, content: string) => void tree.set(path, content),
} as unknown as VolumeFiles;

async function keep(tls: ClusterSettings['tls'], { leader = true, lockHeld = false } = {}) {
  const volumeLock = () => ({
    tryLock: async () =>
      lockHeld
        ? { held: false as const, holder: null }
        : { held: true as const, release: async () => undefined },
  });
  const clock = { now: () => Date.now(), sleep: async () => undefined };
  const ports = { files, certificates: certificatesAt(0), clock, volumeLock };
  const keeper = new CertificateKeeper(ports, (line) => said.push(line));
  await keeper.look({
    volume: { settings: { tls, domains: { krill, rrdp, rsync } }, member: {} },
    swarm: { leader },
    mount: { mounted: true, answering: true, sinceMs: 0 },
  } as unknown as View);
  return keeper.problem;
}

const served = () => tree.get(onVolume.certificate);
const fits = () => isPair(served() ?? '', tree.get(onVolume.certificateKey) ?? '');

describe('a private certificate', () => {
  const tls = { mode: 'private' } as const;

  test.each([
    ['with more than a third of its days left stays', 59, false],
    ['with less than a third left is renewed', 61, true],
    ['that has ended is renewed', 91, true],
  ])('%s', async (_what, daysAgo, renewed) => {
    const before = await issued(daysAgo);
    put(before);
    expect(await keep(tls)).toBeNull();
    expect(served() !== before.certificate).toBe(renewed);
    expect(fits()).toBe(true);
    expect(said).toEqual(
      renewed ? ['renewed: certificate for krill.lab, rrdp.lab, rsync.lab'] : [],
    );
  });

  test('whose key is another one, as a death in the middle leaves it, is renewed', async () => {
    put({ ...(await issued(1)), key: (await issued(1)).key });
    await keep(tls);
    expect(fits()).toBe(true);
  });

  test.each([
    ['by those who do not lead', { leader: false }],
    ['while init is at work', { lockHeld: true }],
  ])('is not renewed %s', async (_what, circumstances) => {
    const before = await issued(80);
    put(before);
    await keep(tls, circumstances);
    expect(served()).toBe(before.certificate);
  });

  test('of Krill is renewed, too, when a third of its years is left', async () => {
    put(await issued(0));
    const before = await issued(2500, 3650, ['krill.krillmanager.internal']);
    tree.set(onVolume.krillCertificate, before.certificate);
    tree.set(onVolume.krillKey, before.key.reveal());
    await keep(tls);
    expect(said).toEqual(["renewed: Krill's certificate"]);
    expect(tree.get(onVolume.krillCertificate)).not.toBe(before.certificate);
  });
});

describe("the operator's own certificate", () => {
  const at = (name: string): string => join(dir, name);
  const tls = { mode: 'own', files: { certificate: 'CERT', key: 'KEY' } } as const;
  const own = () => ({ ...tls, files: { certificate: at('own.pem'), key: at('own.key') } });
  const lay = async ({ certificate, key }: KeyPair): Promise<void> => {
    await writeFile(at('own.pem'), certificate);
    await writeFile(at('own.key'), key.reveal());
  };

  test('is taken up when it was renewed, by whichever node has it', async () => {
    put(await issued(60));
    const renewed = await issued(1);
    await lay(renewed);
    expect(await keep(own(), { leader: false })).toBeNull();
    expect(served()).toBe(renewed.certificate);
    expect(fits()).toBe(true);
  });

  test('is left alone when the volume has a newer one', async () => {
    const newer = await issued(1);
    put(newer);
    await lay(await issued(30));
    await keep(own());
    expect(served()).toBe(newer.certificate);
  });

  test('is not taken up when it is wrong, and that is told', async () => {
    const before = await issued(60);
    put(before);
    await lay(await issued(1, 90, ['krill.lab']));
    expect(await keep(own())).toContain('own.pem is not for rrdp.lab, but for krill.lab');
    expect(served()).toBe(before.certificate);
  });

  test('that is not on this node is no problem of this node', async () => {
    put(await issued(60));
    expect(await keep(tls)).toBeNull();
  });
});
