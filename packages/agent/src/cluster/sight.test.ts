import { describe, expect, test } from '@jest/globals';
import { type Ip, parseIp } from '@krillmanager/core';
import { Sight } from './sight.ts';

const ips = Array.from({ length: 8 }, (_, at) => parseIp(`10.55.0.${at + 2}`));
const state = { volume: true, majority: true, manager: true };
const sightOf = (times: readonly number[], nodes: number): Sight => {
  const sight = new Sight();
  sight.others = ips.slice(0, nodes - 1);
  for (const [at, askedAt] of times.entries()) {
    sight.note(ips[at] as Ip, { askedAt, clockMs: 5000, state }, 4000);
  }
  return sight;
};

test.each<[number, readonly number[], number | null, string]>([
  [1, [], 100, 'one node is its own majority'],
  [2, [], null, 'of two both are needed'],
  [2, [70], 70, 'the other of two'],
  [3, [], null, 'alone of three'],
  [3, [70], 70, 'one other of three is enough'],
  [3, [70, 90], 90, 'the newest counts'],
  [4, [70, 90], 70, 'four need two others'],
  [5, [90, 80, 10, 20], 80, 'five need two others'],
  [5, [90], null, 'two of five are too few'],
  [9, [50, 60, 70, 80], 50, 'nine need four others'],
])('%d nodes, others seen at %j: majority at %p, %s', (nodes, times, at) =>
  expect(sightOf(times, nodes).majorityAt(100)).toBe(at),
);

describe('what is remembered', () => {
  test('the newest sign of each node, with its clock and state', () => {
    const sight = sightOf([70, 90], 3);
    sight.note(ips[0] as Ip, { askedAt: 60, clockMs: 1, state }, 2);
    expect(sight.of(ips[0] as Ip)).toEqual({ at: 70, skewMs: 1000, state });
    expect(sight.isSeen(ips[0] as Ip, 2070)).toBe(true);
    expect(sight.isSeen(ips[0] as Ip, 2071)).toBe(false);
  });

  test('nothing of who is not, or no more, of the cluster', () => {
    const sight = sightOf([70, 90], 3);
    sight.others = [ips[1] as Ip];
    expect(sight.of(ips[0] as Ip)).toBeNull();
    sight.note(ips[0] as Ip, { askedAt: 95, clockMs: 1, state }, 2);
    expect(sight.of(ips[0] as Ip)).toBeNull();
    expect(sight.majorityAt(100)).toBe(90);
  });
});
