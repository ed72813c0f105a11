import { expect, test } from '@jest/globals';
import { type Agents, type NodeStatus, parseIp } from '@krillmanager/core';
import { krillNode } from './krill-node.ts';

const nodes = [parseIp('10.0.0.1'), parseIp('10.0.0.2')];

/** `answering`: of each look in turn, the node on which Krill answers; the last goes on. */
async function look(answering: readonly (string | null)[], stopped = false) {
  let now = 0;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const status: Agents['status'] = async (ip) => {
    const at = answering[Math.min(now / 1000, answering.length - 1)];
    const part = { name: 'krill', running: ip === at, healthy: ip === at };
    return { parts: [part] } as unknown as NodeStatus;
  };
  const said: string[] = [];
  const node = await krillNode(nodes, { agents: { status }, clock, stopped }, (line) =>
    said.push(line),
  );
  return { node, said: said.length, seconds: now / 1000 };
}

test.each([
  ['it answers', ['10.0.0.2'], { node: '10.0.0.2', said: 0, seconds: 0 }],
  ['it moves', [null, null, '10.0.0.1'], { node: '10.0.0.1', said: 1, seconds: 2 }],
  ['it runs nowhere', [null], { node: null, said: 1, seconds: 30 }],
])('krillc finds Krill: %s', async (_what, answering, found) => {
  expect(await look(answering)).toEqual(found);
});

test('krillc waits for no Krill that was stopped', async () => {
  expect(await look([null], true)).toEqual({ node: null, said: 0, seconds: 0 });
});
