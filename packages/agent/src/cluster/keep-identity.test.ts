import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { onVolume, parseIp, paths, Secret, type VolumeFiles } from '@krillmanager/core';
import { nodeCertificates, opensslCertificates } from '@krillmanager/host';
import { readIdentity } from './identity.ts';
import { type IdentityPorts, keepIdentity } from './keep-identity.ts';
import { signCertificate } from './sign-certificate.ts';

const ip = parseIp('10.55.0.2');
const dayMs = 86_400_000;
let scratch: string;
let nowMs: number;
let disk: Map<string, string>;
let volume: Map<string, string>;
let ports: IdentityPorts;

const filesIn = (files: Map<string, string>) => ({
  read: async (path: string) => files.get(path) ?? null,
  write: async (path: string, content: string) => void files.set(path, content),
  remove: async (path: string) => void files.delete(path),
  directory: async () => undefined,
  list: async () => [],
  rename: async () => undefined,
});

const unreachable: VolumeFiles = {
  ...filesIn(new Map()),
  read: async () => Promise.reject(new Error('the volume does not answer')),
};

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'identity-'));
  nowMs = Date.now();
  disk = new Map();
  volume = new Map();
  ports = {
    local: filesIn(disk),
    volume: filesIn(volume),
    nodeCertificates: nodeCertificates(scratch),
    clock: { now: () => nowMs, sleep: async () => undefined },
  };
  await newAuthority();
});
afterEach(() => rm(scratch, { recursive: true }));

async function newAuthority(): Promise<void> {
  const made = await opensslCertificates({ scratch }).authority('Krill Manager', 3650);
  volume.set(onVolume.authority, made.certificate);
  volume.set(onVolume.authorityKey, made.key.reveal());
}

const sign = () => signCertificate(ports, ip);
const keep = () => keepIdentity(ports, ip);

async function enrol() {
  expect(await keep()).toBeNull();
  await sign();
  return keep();
}

describe('the identity of an agent', () => {
  test('is asked for, signed, taken; then nothing is left to do', async () => {
    const identity = await enrol();
    expect(identity).not.toBeNull();
    expect([...volume.keys()].filter((path) => path.startsWith(onVolume.requests))).toEqual([]);
    const before = [...volume, ...disk];
    expect(await keep()).toEqual(identity);
    expect([...volume, ...disk]).toEqual(before);
  });

  test('its key is on no other disk', async () => {
    await keep();
    const key = disk.get(`${paths.identity}/key.pem`) ?? '';
    expect(key).toContain('PRIVATE KEY');
    await sign();
    expect([...volume.values()].some((text) => text.includes(key))).toBe(false);
  });

  test('is renewed when a third of its time is left, and used until then', async () => {
    const first = await enrol();
    nowMs += 59 * dayMs;
    expect(await keep()).toEqual(first);
    nowMs += 2 * dayMs;
    expect(await keep()).toEqual(first);
    expect(volume.has(`${onVolume.requests}/${ip}.certificate`)).toBe(true);
  });

  test('is asked for again by another disk at the same address', async () => {
    const first = await enrol();
    disk.clear();
    const second = await enrol();
    expect(second?.certificate).not.toBe(first?.certificate);
  });

  test('an old request of another key does no harm', async () => {
    await keep();
    disk.clear();
    await keep();
    await sign();
    expect(await enrol()).not.toBeNull();
  });

  test('follows a new authority', async () => {
    const first = await enrol();
    await newAuthority();
    expect(await keep()).toEqual(first);
    await sign();
    expect((await keep())?.authority).toBe(volume.get(onVolume.authority));
  });

  test('is read without the volume', async () => {
    const identity = await enrol();
    ports = { ...ports, volume: unreachable };
    expect(await readIdentity(ports.local)).toEqual(identity);
    expect(identity?.key).toBeInstanceOf(Secret);
  });

  test('what is no request is signed for nobody, and does not stay', async () => {
    volume.set(`${onVolume.requests}/${ip}.certificate`, 'nonsense');
    await expect(sign()).rejects.toThrow('no valid request');
    expect(volume.has(`${onVolume.requests}/${ip}.certificate`)).toBe(false);
    expect(volume.has(onVolume.agentCertificate(ip))).toBe(false);
  });
});
