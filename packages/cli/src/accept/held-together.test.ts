import { describe, expect, test } from '@jest/globals';
import { type HeldUpdate, type Ip, type NodeStatus, parseIp } from '@krillmanager/core';
import { heldTogether } from './held-together.ts';

const [a, b, c] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(parseIp) as [Ip, Ip, Ip];
const held: HeldUpdate = { session: 's', serial: 7, of: 100, removed: 40, points: ['x/'] };
const status = (its?: HeldUpdate) => (its ? { held: its } : {}) as NodeStatus;
const together = (...answers: [Ip, NodeStatus | null][]) => heldTogether(new Map(answers));

describe('what the nodes hold', () => {
  test('is nothing when none holds anything, or none answers', () => {
    expect(together([a, status()], [b, null])).toBeNull();
  });

  test('is what they all hold', () => {
    const answers: [Ip, NodeStatus][] = [a, b, c].map((ip) => [ip, status(held)]);
    expect(together(...answers)).toEqual({ update: held, nodes: [a, b, c] });
  });

  test('is the oldest of their versions and the most that any removes', () => {
    const later = { ...held, serial: 9, removed: 41, points: ['y/'] };
    expect(together([a, status(later)], [b, status(held)], [c, null])).toEqual({
      update: { ...held, removed: 41, points: ['x/', 'y/'] },
      nodes: [a, b],
    });
  });

  test('is not guessed when sessions differ', () => {
    const other = { ...held, session: 't' };
    expect(() => together([a, status(held)], [b, status(other)])).toThrow('different sessions');
  });
});
