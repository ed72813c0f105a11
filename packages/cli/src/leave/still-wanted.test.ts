import { describe, expect, test } from '@jest/globals';
import { type Ip, type NodeStatus, parseIp } from '@krillmanager/core';
import { requireUnwanted } from './still-wanted.ts';

const [a, b, c] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(parseIp) as [Ip, Ip, Ip];
const nodes = [a, b, c];

const agents = (told: Partial<Record<Ip, readonly Ip[]>>) => ({
  status: async (ip: Ip) => {
    const listed = told[ip];
    return listed === undefined ? null : ({ nodes: listed } as NodeStatus);
  },
});

describe('a server may leave', () => {
  test('when those who answer do not count on it', async () => {
    await requireUnwanted({ self: c, nodes }, agents({ [a]: [a, b] }));
  });

  test('when it remembers itself that it was removed', async () => {
    await requireUnwanted({ self: c, nodes: [a, b] }, agents({}));
  });
});

describe('a server may not leave', () => {
  test('while another counts on it', async () => {
    const asked = requireUnwanted({ self: c, nodes }, agents({ [a]: [a, b], [b]: nodes }));
    await expect(asked).rejects.toThrow('10.0.0.2 still count on 10.0.0.3');
  });

  test('when nobody can be asked', async () => {
    const asked = requireUnwanted({ self: c, nodes }, agents({}));
    await expect(asked).rejects.toThrow('no other node can be asked');
  });
});
