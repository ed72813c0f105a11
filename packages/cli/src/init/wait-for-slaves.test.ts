import { describe, expect, test } from '@jest/globals';
import { type IpFamily, type NodeFacts, type Ports, parseIp } from '@krillmanager/core';
import { waitForSlaves } from './wait-for-slaves.ts';

const [self, slave] = [parseIp('fd55::1'), parseIp('fd55::2')];
const desired = { self, nodes: [self, slave], slaveDeadlineSeconds: 10 };

/** What the slave's agent says each time that it is asked: the family that its glusterd speaks, or nothing. */
async function wait(answers: readonly (IpFamily | null)[], machineAnswers: boolean) {
  const left = [...answers];
  const said: string[] = [];
  let now = 0;
  const recruit = async (): Promise<NodeFacts | null> => {
    const family = left.shift() ?? null;
    return family === null ? null : ({ gluster: { family } } as NodeFacts);
  };
  const ports = {
    agents: { recruit } as unknown as Ports['agents'],
    pool: { peers: async () => [] } as unknown as Ports['pool'],
    clock: {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
    },
  };
  await waitForSlaves(
    desired,
    ports,
    (line) => said.push(line),
    async () => machineAnswers,
  );
  return { said, left };
}

describe('slaves are waited for', () => {
  test('not at all, when their agents answer', async () => {
    expect(await wait(['ipv6', 'ipv6'], true)).toEqual({ said: [], left: ['ipv6'] });
  });

  test('while a glusterd changes its family of addresses and can be reached over neither', async () => {
    const { said } = await wait(['ipv4', 'ipv4', 'ipv6'], false);
    expect(said).toEqual(['Waiting for fd55::2: run "krillmanager --slave=1 init" there']);
  });

  test('until their agents are started, when the machine answers', async () => {
    expect((await wait([null, null, 'ipv6'], true)).said).toHaveLength(1);
  });

  test('not when no machine answers', async () => {
    await expect(wait([null], false)).rejects.toThrow('fd55::2 cannot be reached');
  });

  test('for as long as was said', async () => {
    await expect(wait([null], true)).rejects.toThrow('no agent answers on fd55::2');
  });
});
