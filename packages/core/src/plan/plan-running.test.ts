import { describe, expect, test } from '@jest/globals';
import type { ClusterSettings } from '../model/settings.ts';
import { withRestarted } from '../services/restarts.ts';
import { servingSpec } from '../services/serving-spec.ts';
import * as three from '../testing/three-nodes.ts';
import { planRunning } from './plan-running.ts';

const { desired, formed, release, settings, thirdIsDead, withContents } = three;
const render = (template: string) => `rendered ${template}`;

function steps(wanted: ClusterSettings, seen: object = {}): readonly string[] {
  const serving = servingSpec(wanted, release, render);
  const plan = planRunning({ ...formed, ...seen }, { ...desired, settings: wanted, serving });
  return plan.steps.map((step) => ('node' in step ? `${step.kind} ${step.node}` : step.kind));
}

const rolled = ['serving.roll 10.55.0.1', 'serving.roll 10.55.0.2', 'serving.roll 10.55.0.3'];
const stopped: ClusterSettings = { ...settings, stopped: true };

describe('the plan for what runs', () => {
  test('is empty when all runs that shall', () => {
    expect(steps(settings)).toEqual([]);
  });

  test('of stop records it, takes Krill away and empties every node', () => {
    expect(steps(stopped)).toEqual(['settings.publish', 'service.remove', ...rolled]);
  });

  test('of stop waits for a node that is down last, and once it was told, not again', () => {
    expect(steps(stopped, thirdIsDead).at(-1)).toBe('serving.roll 10.55.0.3');
  });

  test('of start brings Krill back before what it feeds', () => {
    const seen = { ...withContents({ settings: stopped }), services: [] };
    const [publish, apply, wait] = steps(settings, seen);
    expect([publish, apply, wait]).toEqual(['settings.publish', 'service.apply', 'krill.await']);
  });

  test.each([
    ['krill', ['settings.publish', 'service.apply', 'krill.await']],
    ['nginx', ['settings.publish', ...rolled]],
  ] as const)('of restart %s touches nothing else', (part, expected) => {
    expect(steps(withRestarted(settings, [part]))).toEqual(expected);
  });

  test.each([
    ['the volume cannot be read here', { contents: null }],
    ['the volume does not say whose it is', withContents({ cluster: null })],
  ])('is none, and no success either, when %s', (message, seen) => {
    expect(() => steps(stopped, seen)).toThrow(message);
  });
});
