import { describe, expect, test } from '@jest/globals';
import { hostName, parseIp } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import { paths } from '../paths.ts';
import * as three from '../testing/three-nodes.ts';
import { planStorage } from './plan-storage.ts';

const { h1, h2, h3, formed, desired } = three;
const h4 = parseIp('10.55.0.4');
const brick = (ip: typeof h1) => ({ host: hostName(ip), path: paths.brick });

/** What is done to the copies when the fourth server takes the third one's place. */
function copies(change: Partial<Observed>): readonly string[] {
  const nodes = [h1, h2, h4];
  const volume = { ...desired.volume, bricks: nodes.map(brick) };
  const peers = [...(change.peers ?? formed.peers), three.peer(h4)];
  const facts = new Map([...(change.facts ?? formed.facts), [h4, three.factsOf(h4)]]);
  const observed = { ...formed, ...change, peers, facts };
  return planStorage(observed, { ...desired, nodes, volume }).flatMap((step) => {
    if (step.kind === 'volume.heal') return [`heal ${step.bricks}`];
    if (step.kind === 'volume.addBrick') return [`add ${step.brick.host} for ${step.replica}`];
    if (step.kind === 'volume.removeBrick') return [`drop ${step.brick.host} to ${step.replica}`];
    return [];
  });
}

/** Whom the volume lets in while this plan runs; null when that stays as it is. */
function allowed(change: Partial<Observed>): string | undefined | null {
  const options = (nodes: readonly string[]) => ({ 'auth.allow': nodes.join(',') });
  const found = { ...desired.volume, status: 'started', options: options(three.nodes) } as const;
  const volume = { ...desired.volume, options: options([h1, h2]) };
  const wanted = { ...desired, nodes: [h1, h2], volume };
  const [set] = planStorage({ ...formed, volume: found, ...change }, wanted);
  return set?.kind === 'volume.set' ? set.options['auth.allow'] : null;
}

describe('a node that leaves', () => {
  test.each<readonly [string, Partial<Observed>, string]>([
    ['may mount until it has gone', {}, [h1, h2, hostName(h3), h3].join()],
    [
      'may mount no more from the first step on when it is dead',
      three.thirdIsDead,
      [h1, h2].join(),
    ],
    [
      'is not shut out before the volume was read',
      { ...three.thirdIsDead, mounted: false, contents: null },
      [h1, h2, hostName(h3), h3].join(),
    ],
  ])('%s', (_what, change, expected) => {
    expect(allowed(change)).toBe(expected);
  });
});

describe('a copy that moves', () => {
  test('is made, and whole, before the old one goes', () => {
    expect(copies({})).toEqual([
      `add ${hostName(h4)} for 4`,
      'heal 4',
      `drop ${hostName(h3)} to 3`,
    ]);
  });

  test('is whole before the old one goes also when the run that made it died', () => {
    const bricks = [h1, h2, h3, h4].map(brick);
    const volume = { ...desired.volume, status: 'started', bricks, replica: 4 } as const;
    const made = { volume, online: bricks };
    expect(copies(made)).toEqual(['heal 4', `drop ${hostName(h3)} to 3`]);
  });

  test.each<readonly [string, Partial<Observed>]>([
    ['whose agent is silent', { facts: three.except(formed.facts, h3, null) }],
    ['of which glusterd says nothing', { ...three.thirdIsDead, online: null }],
  ])('%s is not lost', (_what, change) => {
    expect(copies(change)[0]).toBe(`add ${hostName(h4)} for 4`);
  });

  test('is dropped only with consent where its node stays, as when there are to be fewer', () => {
    const bricks = [h1, h2].map(brick);
    const fewer = { ...desired, volume: { ...desired.volume, bricks, replica: 2 } };
    const volume = { ...desired.volume, status: 'started' } as const;
    const steps = planStorage({ ...formed, volume, online: volume.bricks }, fewer);
    expect(steps.filter(({ kind }) => kind === 'volume.removeBrick')).toEqual([
      expect.objectContaining({ brick: brick(h3), replica: 2, destructive: true }),
    ]);
  });

  test('is made after one that is lost has gone: no volume is whole with that', () => {
    expect(copies(three.thirdIsDead)).toEqual([
      `drop ${hostName(h3)} to 2`,
      `add ${hostName(h4)} for 3`,
      'heal 3',
    ]);
  });
});
