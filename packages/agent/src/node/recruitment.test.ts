import { beforeEach, describe, expect, test } from '@jest/globals';
import { type HostFiles, type Ip, parseIp } from '@krillmanager/core';
import { learnNames } from './recruitment.ts';

const [a, b, c] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(parseIp) as [Ip, Ip, Ip];
const many = Array.from({ length: 101 }, (_, at) => `10.0.1.${at}`).join();

describe('a server whose master tells it the nodes', () => {
  let named: readonly Ip[];
  beforeEach(() => {
    named = [a];
  });

  /** By name, below what the agent remembers. */
  const learn = async (nodes: string | null, remembered: Readonly<Record<string, object>> = {}) => {
    const read = async (path: string) => {
      const text = remembered[path.split('/').at(-1) ?? ''];
      return text === undefined ? null : JSON.stringify(text);
    };
    const assign = async (ips: readonly Ip[]) => {
      named = ips;
    };
    const names = { named: async () => named, assign };
    await learnNames(nodes, { names, local: { read } as unknown as HostFiles });
    return named;
  };

  test('names them, besides those that it names', async () => {
    expect(await learn(`${b},${c}`)).toEqual([a, b, c]);
  });

  test.each([null, '', 'localhost', many])('names nothing for %j', async (nodes) => {
    expect(await learn(nodes)).toEqual([a]);
  });

  test.each<[string, Readonly<Record<string, object>>]>([
    ['is in a cluster', { 'settings.json': { nodes: [a] } }],
    ['was removed from one', { 'left.json': { cluster: 'c1' } }],
  ])('names nothing when it %s', async (_what, remembered) => {
    expect(await learn(`${b}`, remembered)).toEqual([a]);
  });
});
