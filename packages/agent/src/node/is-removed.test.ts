import { describe, expect, test } from '@jest/globals';
import { type Ip, type NodeStatus, parseIp } from '@krillmanager/core';
import { isRemoved, RemovalWatch } from './is-removed.ts';
import type { Memory } from './view.ts';

const [a, b, c, d, e] = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'].map(
  parseIp,
) as [Ip, Ip, Ip, Ip, Ip];
const cluster = { id: 'c1', epoch: 1 };
type Told = Readonly<Record<Ip, readonly Ip[] | 'another cluster'>>;

const agents = (told: Told) => ({
  status: async (ip: Ip) => {
    const said = told[ip];
    if (said === undefined) return null;
    return (
      said === 'another cluster'
        ? { ip, nodes: [ip], cluster: { id: 'c2', epoch: 1 } }
        : { ip, nodes: said, cluster }
    ) as NodeStatus;
  },
});

describe('b, which remembers a, b and c, was removed', () => {
  test.each<[what: string, told: Told, removed: boolean]>([
    ['nobody answers', {}, false],
    ['both others count on it', { [a]: [a, b, c], [c]: [a, b, c] }, false],
    ['both others go on with d', { [a]: [a, c, d], [c]: [a, c, d] }, true],
    ['one of them says so, which is no majority of three', { [a]: [a, c, d] }, false],
    [
      'one says so, and one that has not heard yet does not',
      { [a]: [a, c, d], [c]: [a, b, c] },
      false,
    ],
    [
      'a and the two that came since say so',
      { [a]: [a, d, e], [d]: [a, d, e], [e]: [a, d, e] },
      true,
    ],
    [
      'another cluster has their addresses',
      { [a]: 'another cluster', [c]: 'another cluster' },
      false,
    ],
    ['one that was removed too is no voice', { [a]: [c, d, e], [c]: [c, d, e] }, false],
  ])('%s', async (_what, told, removed) => {
    expect(await isRemoved({ cluster, self: b, nodes: [a, b, c] }, agents(told))).toBe(removed);
  });
});

test('the others are asked every ten seconds, not at every look', async () => {
  let now = 0;
  let asked = 0;
  const status = async () => {
    asked += 1;
    return null;
  };
  const watch = new RemovalWatch({ status }, { now: () => now });
  const memory = { cluster, settings: { nodes: [a, b] } } as unknown as Memory;
  for (now = 0; now < 20_000; now += 2000) await watch.look(memory, a);
  expect(asked).toBe(2);
});
