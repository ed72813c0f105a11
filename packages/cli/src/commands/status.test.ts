import { expect, test } from '@jest/globals';
import { type Agents, type NodeStatus, parseIp } from '@krillmanager/core';
import { statusEvery } from './status.ts';

const own = { nodes: [parseIp('10.0.0.1')], parts: [], problems: [], domains: null };

test('--watch shows it anew, and goes on when the agent is away for a moment', async () => {
  const answers = [own, own, null, own, own];
  const agents = {
    status: async () => answers.shift() as unknown as NodeStatus,
  } as unknown as Agents;
  let rests = 0;
  const seen: string[] = [];
  const rest = async (): Promise<void> => {
    rests += 1;
  };
  for await (const text of statusEvery(agents, ({ nodes }) => `${nodes.length} node`, rest)) {
    if (seen.push(text.split('\n')[0] ?? '') === 3) break;
  }
  expect(seen).toEqual(['1 node', '✗ the agent of this server does not answer', '1 node']);
  expect(rests).toBe(2);
});
