import { describe, expect, test } from '@jest/globals';
import { type Ip, parseIp } from '@krillmanager/core';
import { ownAddressIn, ownClusterAddress } from './own-address.ts';

const [a, b, c] = ['192.0.2.1', 'fd55::1', '192.0.2.3'].map(parseIp) as [Ip, Ip, Ip];

describe('our address in the cluster', () => {
  test.each([
    ['192.0.2.1', a],
    ['FD55:0::1', b],
  ])('is the one that --advertise=%s says', async (told, ip) => {
    expect(await ownClusterAddress(told, c, [a, b])).toBe(ip);
  });

  test.each(['192.0.2.3', 'server', ''])('is none that is not ours: "%s"', async (told) => {
    await expect(ownClusterAddress(told, c, [a, b])).rejects.toMatchObject({
      message: expect.stringContaining('is not an address of this server'),
      hint: 'use --advertise with one of 192.0.2.1, fd55::1',
      exitCode: 2,
    });
  });

  test('is the first, when there is no other server', async () => {
    expect(await ownClusterAddress(undefined, undefined, [b, a])).toBe(b);
  });

  test('is the one by which a loopback is reached, towards that', async () => {
    const loopback = parseIp('127.0.0.1');
    expect(await ownClusterAddress(undefined, loopback, [a, loopback])).toBe(loopback);
  });

  test('is among the nodes, as long as we are one of them', () => {
    expect(ownAddressIn([c, a], [a, b])).toBe(a);
    expect(() => ownAddressIn([c], [a, b])).toThrow('not a node of its cluster any more');
  });
});
