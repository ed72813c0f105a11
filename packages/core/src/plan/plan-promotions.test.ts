import { describe as about, expect, test } from '@jest/globals';
import { parseIp } from '../model/ip.ts';
import { desired, formed, h1, h3, untouched } from '../testing/three-nodes.ts';
import { planInit } from './plan-init.ts';
import type { Plan } from './step.ts';

const told = ['service.apply', 'swarm.promote', 'swarm.demote', 'krill.await', 'node.evict'];

const order = ({ steps }: Plan): readonly string[] =>
  steps.map(({ kind }) => kind).filter((kind) => told.includes(kind));

about('managers are made', () => {
  test('while Krill starts', () => {
    expect(order(planInit(untouched, desired))).toEqual([
      'service.apply',
      'swarm.promote',
      'swarm.promote',
      'krill.await',
    ]);
  });

  test('before one that goes is a manager no more', () => {
    const nodes = [h1, h3, parseIp('10.55.0.4')];
    const wanted = { ...desired, nodes, settings: { ...desired.settings, nodes } };
    expect(order(planInit(formed, wanted))).toEqual([
      'swarm.promote',
      'swarm.demote',
      'node.evict',
    ]);
  });
});
