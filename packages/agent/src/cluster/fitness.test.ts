import { describe, expect, test } from '@jest/globals';
import { type Ip, parseIp } from '@krillmanager/core';
import { type Fitness, fitnessNow, type SeenNode, SteadyFitness } from './fitness.ts';

const [a, b, c] = ['10.55.0.1', '10.55.0.2', '10.55.0.3'].map(parseIp) as [Ip, Ip, Ip];
const well = (ip: Ip, change: Partial<SeenNode> = {}): SeenNode => ({
  ip,
  seen: true,
  volume: true,
  majority: true,
  skewMs: 0,
  ...change,
});
const minuteMs = 60_000;

test.each<[string, readonly SeenNode[], readonly Fitness[]]>([
  ['all are well', [well(a), well(b), well(c)], ['ok', 'ok', 'ok']],
  ['one is not seen', [well(a), well(b, { seen: false }), well(c)], ['ok', 'lost-quorum', 'ok']],
  ['one sees too few', [well(a), well(b, { majority: false })], ['ok', 'lost-quorum']],
  ['one has no volume', [well(a), well(b, { volume: false })], ['ok', 'lost-volume']],
  [
    'a clock is ahead',
    [well(a), well(b, { skewMs: 30_001 }), well(c, { skewMs: -800 })],
    ['ok', 'wrong-clock', 'ok'],
  ],
  [
    'half a minute is borne',
    [well(a), well(b, { skewMs: 30_000 }), well(c, { skewMs: -30_000 })],
    ['ok', 'ok', 'ok'],
  ],
  [
    'our own clock is the wrong one',
    [well(a), well(b, { skewMs: minuteMs }), well(c, { skewMs: minuteMs + 900 })],
    ['wrong-clock', 'ok', 'ok'],
  ],
  [
    'an old reading of a clock is none',
    [well(a), well(b, { skewMs: minuteMs, seen: false }), well(c)],
    ['ok', 'lost-quorum', 'ok'],
  ],
])('%s', (_what, nodes, fitness) => {
  expect([...fitnessNow(nodes).values()]).toEqual(fitness);
});

describe('what lasts', () => {
  const at = (steady: SteadyFitness, seconds: number, fitness: Fitness) =>
    steady.lasting(new Map([[a, fitness]]), seconds * 1000).get(a);

  test('a loss of 30 s, a recovery of 5 s; in between nothing is said', () => {
    const steady = new SteadyFitness();
    expect(at(steady, 0, 'ok')).toBeUndefined();
    expect(at(steady, 5, 'ok')).toBe('ok');
    expect(at(steady, 6, 'lost-volume')).toBeUndefined();
    expect(at(steady, 12, 'ok')).toBeUndefined();
    expect(at(steady, 17, 'ok')).toBe('ok');
    expect(at(steady, 20, 'lost-volume')).toBeUndefined();
    expect(at(steady, 40, 'lost-quorum')).toBeUndefined();
    expect(at(steady, 50, 'lost-volume')).toBe('lost-volume');
    expect(at(steady, 51, 'ok')).toBeUndefined();
    expect(at(steady, 56, 'ok')).toBe('ok');
  });
});
