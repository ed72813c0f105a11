import { describe, expect, test } from '@jest/globals';
import { type Ip, parseIp, UserError } from '@krillmanager/core';
import { clusterNodes, parseSlaveIps, requireOneFamily, requireQuorum } from './parse-nodes.ts';
import { parseSeconds } from './parse-seconds.ts';

const [a, b, c] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(parseIp) as [Ip, Ip, Ip];

function usageError(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(2);
    return (error as UserError).message;
  }
  throw new Error('nothing was refused');
}

describe('--slave-ips', () => {
  test.each([
    ['10.0.0.2,10.0.0.3', [b, c]],
    [' 10.0.0.2 , 10.0.0.3', [b, c]],
    ['FD00::2', [parseIp('fd00::2')]],
  ])('%j is read', (text, ips) => {
    expect(parseSlaveIps(text, [a])).toEqual(ips);
  });

  test.each([
    ['', 'an address is empty'],
    ['10.0.0.2,', 'an address is empty'],
    ['10.0.0.256', '"10.0.0.256" is not an address'],
    ['server2', '"server2" is not an address'],
    ['10.0.0.2/24', '"10.0.0.2/24" is not an address'],
    ['10.0.0.2,10.0.0.2', '"10.0.0.2" stands there twice'],
    ['FD55::1,fd55:0::1', '"fd55::1" stands there twice'],
    [
      '127.0.0.1,::ffff:10.0.0.2',
      '"127.0.0.1" is not the address of a server; "::ffff:10.0.0.2" is not the address of a server',
    ],
    ['10.0.0.2,10.0.0.1', '10.0.0.1 is this server itself'],
    ['x,y', '"x" is not an address; "y" is not an address'],
  ])('%j is refused: %s', (text, why) => {
    expect(usageError(() => parseSlaveIps(text, [a]))).toBe(`--slave-ips: ${why}`);
  });
});

describe('the nodes wanted', () => {
  test.each<
    [
      what: string,
      slaves: readonly Ip[] | null,
      present: readonly Ip[] | null,
      nodes: readonly Ip[],
    ]
  >([
    ['a first init', [b, c], null, [a, b, c]],
    ['no list on a formed cluster', null, [b, a, c], [b, a, c]],
    ['the same set keeps its order', [c, b], [b, a, c], [b, a, c]],
    ['another set', [b], [b, a, c], [a, b]],
    ['no list and no cluster', null, null, [a]],
  ])('%s', (_what, slaves, present, nodes) => {
    expect(clusterNodes(a, slaves, present)).toEqual(nodes);
  });

  test('are of one family', () => {
    expect(usageError(() => requireOneFamily([a, parseIp('fd00::2'), c]))).toBe(
      'the nodes are of two families: 10.0.0.1 and fd00::2',
    );
    expect(() => requireOneFamily([a, b, c])).not.toThrow();
  });

  test.each([1, 2])('%i of them are too few', (count) => {
    const few = [a, b, c].slice(0, count);
    expect(usageError(() => requireQuorum(few, { replicas: 3 }))).toContain('three nodes at least');
  });

  test('two may be insisted on, one may not', () => {
    const insisted = { replicas: 3, allowTwo: true } as const;
    requireQuorum([a, b], insisted);
    expect(usageError(() => requireQuorum([a], insisted))).toContain('three nodes at least');
  });

  test('an arbiter is one of them', () => {
    requireQuorum([a, b, c], { replicas: 3, arbiter: c });
    expect(usageError(() => requireQuorum([a, b], { replicas: 3, arbiter: c }))).toBe(
      'storage.arbiter: 10.0.0.3 is not one of the nodes',
    );
  });
});

describe('a number of seconds', () => {
  test.each([
    ['0', 0],
    ['600', 600],
    ['86400', 86_400],
  ])('%s is read', (text, seconds) => {
    expect(parseSeconds('--wait-slaves', text)).toBe(seconds);
  });

  test.each(['', '-1', '1.5', 'soon', '86401', '1e3'])('%j is refused', (text) => {
    expect(usageError(() => parseSeconds('--wait-slaves', text))).toContain('is not a number');
  });
});
