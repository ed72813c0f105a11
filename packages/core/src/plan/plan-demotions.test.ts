import { describe as about, expect, test } from '@jest/globals';
import { type Ip, parseIp } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import { contents, desired, factsOf, formed, swarmNode } from '../testing/three-nodes.ts';
import { planInit } from './plan-init.ts';
import { preflight } from './preflight.ts';

const seven = [1, 2, 3, 4, 5, 6, 7].map((n) => parseIp(`10.55.0.${n}`));
const at = (...numbers: number[]): readonly Ip[] => numbers.map((n) => seven[n - 1] as Ip);

/** A cluster of seven whose first five manage it. */
function observe(down: readonly number[]): Observed {
  const nodes = seven.map((ip, index) =>
    swarmNode(ip, {
      role: index < 5 ? 'manager' : 'worker',
      ready: !down.includes(index + 1),
    }),
  );
  return {
    ...formed,
    facts: new Map(seven.map((ip) => [ip, formed.facts.get(ip) ?? factsOf(ip)])),
    swarmNodes: nodes,
    contents: {
      ...contents,
      settings: { ...desired.settings, nodes: seven },
      members: new Map(seven.map((ip) => [ip, { ip, swarmNodeId: `n-${ip}` }])),
    },
  };
}

const wanted = (nodes: readonly Ip[]) => ({ ...desired, nodes, managers: 3 });

const demoted = (nodes: readonly Ip[], down: readonly number[]): readonly string[] =>
  planInit(observe(down), wanted(nodes)).steps.flatMap((step) =>
    step.kind === 'swarm.demote' ? [step.node.slice(-1)] : [],
  );

about('of five managers, when three are wanted', () => {
  test.each([
    ['the last two are none any more', at(1, 2, 3, 4, 5), [], ['5', '4']],
    ['those that are down go first', at(1, 2, 3, 4, 5), [2, 3], ['3', '2']],
    ['one that is down goes before one that lives', at(1, 2, 3, 4, 5), [3], ['3', '5']],
    ['one that is down goes before one that leaves', at(1, 2, 3, 4, 6), [4], ['4', '5']],
  ] as const)('%s', (_what, nodes, down, expected) => {
    expect(demoted(nodes, down)).toEqual(expected);
  });
});

about('managers that would be left too few to agree', () => {
  const said = (nodes: readonly Ip[], down: readonly number[]) =>
    preflight(observe(down), wanted(nodes)).filter(({ message }) => message.includes('managers'));

  test('are a reason to stop, with a remedy', () => {
    expect(said(at(1, 2, 3, 6, 7), [2, 3])).toMatchObject([
      {
        message: 'only 1 of the 3 managers that the Swarm would have left answer: too few to agree',
        hint: expect.stringContaining('start the servers that are down'),
      },
    ]);
  });

  test('are none while most that are left answer, or when none is taken away', () => {
    expect(said(at(1, 2, 3, 4, 5), [2, 3])).toEqual([]);
    expect(said(at(1, 2, 3, 6, 7), [2])).toEqual([]);
    expect(said(at(1, 2, 3, 4, 5, 6), [6])).toEqual([]);
  });
});
