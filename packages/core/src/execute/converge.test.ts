import { describe, expect, test } from '@jest/globals';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../plan/step.ts';
import { desired, formed, krillService, untouched } from '../testing/three-nodes.ts';
import { converge } from './converge.ts';

/** Sees one observation after the other; the last for ever. */
async function run(seen: readonly Observed[], check = (): void => undefined) {
  const plans: Plan[] = [];
  const left = [...seen];
  const look = async (): Promise<Observed> => (left.length > 1 ? left.shift() : left[0]) ?? formed;
  const converged = await converge({
    desired,
    look,
    check,
    run: async (plan) => void plans.push(plan),
  });
  return { ...converged, plans: plans.map(({ steps }) => steps.map(({ kind }) => kind)) };
}

const blind: Observed = { ...formed, mounted: false, contents: null };
const unnamed: Observed = { ...formed, named: [] };

describe('convergence', () => {
  test('runs nothing when all is as wanted', async () => {
    expect(await run([formed])).toMatchObject({ done: 0, left: { steps: [] }, plans: [] });
  });

  test('runs one plan, then nothing is left', async () => {
    const { done, left, plans } = await run([untouched, formed]);
    expect(left.steps).toEqual([]);
    expect(plans).toHaveLength(1);
    expect(done).toBe(plans[0]?.length);
  });

  test('tells what is left, and does not run it', async () => {
    const { left, plans } = await run([unnamed]);
    expect(plans).toEqual([['names.assign']]);
    expect(left.steps).toMatchObject([{ kind: 'names.assign' }]);
  });

  test('waits, once, when nothing else is left', async () => {
    const moving: Observed = { ...formed, services: [{ ...krillService, running: 0 }] };
    expect((await run([unnamed, moving, formed])).plans).toEqual([
      ['names.assign'],
      ['krill.await'],
    ]);
    const { plans, left } = await run([unnamed, moving]);
    expect(plans).toEqual([['names.assign'], ['krill.await']]);
    expect(left.steps).toMatchObject([{ kind: 'krill.await' }]);
  });

  test('mounts what it could not read, then plans anew', async () => {
    expect((await run([blind, formed])).plans).toEqual([['volume.mount']]);
    const { plans, done, left } = await run([blind, unnamed, formed]);
    expect(plans).toEqual([['volume.mount'], ['names.assign']]);
    expect({ done, left: left.steps }).toEqual({ done: 2, left: [] });
  });

  test('gives up on a volume that is mounted and cannot be read', async () => {
    const { plans, left } = await run([blind]);
    expect(plans).toEqual([['volume.mount'], ['volume.mount']]);
    expect(left.steps).toHaveLength(1);
  });

  test('runs nothing on servers that are not ready', async () => {
    const check = (): void => {
      throw new Error('not ready');
    };
    await expect(run([untouched], check)).rejects.toThrow('not ready');
  });
});
