import { describe, expect, test } from '@jest/globals';
import { hostName, parseIp } from '../model/ip.ts';
import type { ServiceSettings, StorageSettings } from '../model/settings.ts';
import { copiesFor, managersFor, volumeFor } from './layout.ts';

const nodes = (count: number) =>
  Array.from({ length: count }, (_, at) => parseIp(`10.0.0.${at + 1}`));

test.each<[StorageSettings['replicas'], Readonly<Record<number, number>>]>([
  [3, { 1: 1, 2: 2, 3: 3, 4: 3, 5: 3, 9: 3 }],
  [5, { 2: 2, 3: 3, 4: 3, 5: 5, 6: 5, 9: 5 }],
  ['all', { 2: 2, 3: 3, 4: 3, 5: 5, 6: 5, 8: 7, 9: 9 }],
])('with storage.replicas %p there are as many copies, by nodes, as %p', (replicas, copies) => {
  const found = Object.keys(copies).map((count) => [count, copiesFor({ replicas }, Number(count))]);
  expect(Object.fromEntries(found)).toEqual(copies);
});

test.each<[ServiceSettings['managers'] | null, Readonly<Record<number, number>>]>([
  [null, { 2: 1, 3: 3, 5: 3, 6: 3, 7: 5, 9: 5 }],
  [1, { 3: 1, 9: 1 }],
  [5, { 2: 1, 5: 5, 9: 5 }],
])('with managers %p there are as many, by nodes, as %p', (told, wanted) => {
  const asked = told == null ? {} : { managers: told };
  const found = Object.keys(wanted).map((count) => [count, managersFor(asked, Number(count))]);
  expect(Object.fromEntries(found)).toEqual(wanted);
});

describe('the volume', () => {
  const hosts = (count: number, storage: Parameters<typeof volumeFor>[1]) =>
    volumeFor(nodes(count), storage).bricks.map(({ host }) => host);

  test('has its copies on the first nodes', () => {
    expect(hosts(5, { replicas: 3 })).toEqual(nodes(3).map(hostName));
    expect(volumeFor(nodes(5), { replicas: 3 })).not.toHaveProperty('arbiter');
  });

  test('has its arbiter last, wherever the node stands', () => {
    const arbiter = parseIp('10.0.0.1');
    const volume = volumeFor(nodes(3), { replicas: 3, arbiter });
    expect(volume).toMatchObject({ replica: 3, arbiter: true });
    expect(volume.bricks.map(({ host }) => host)).toEqual(
      ['10.0.0.2', '10.0.0.3', '10.0.0.1'].map((ip) => hostName(parseIp(ip))),
    );
  });

  test('may be mounted by every node and by nobody else', () => {
    expect(volumeFor(nodes(2), { replicas: 3 }).options['auth.allow']).toBe(
      'km-10-0-0-1,10.0.0.1,km-10-0-0-2,10.0.0.2',
    );
  });
});
