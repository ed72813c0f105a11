import { expect, test } from '@jest/globals';
import { type HostFiles, type Ip, parseIp, paths } from '@krillmanager/core';
import { clusterLogs } from './cluster-logs.ts';

const [own, other] = ['10.0.0.1', '10.0.0.2'].map(parseIp) as [Ip, Ip];
const down = async (): Promise<never> => {
  throw new Error('connect ECONNREFUSED /run/docker.sock');
};

/** A member without a certificate of its agent, on which dockerd is down. */
const machine = (settings: object | null) => ({
  containers: { list: down, singletons: down },
  readLog: down,
  local: {
    read: async (path: string) =>
      path === `${paths.local}/settings.json` && settings !== null
        ? JSON.stringify(settings)
        : null,
  } as unknown as HostFiles,
  addresses: () => [own],
});

const problems = async (settings: object | null) => {
  const query = { source: 'nginx', follow: false, tail: null } as const;
  const logs = await clusterLogs(machine(settings), query, new AbortController().signal);
  return logs.map(({ ip, problem }) => `${ip}: ${problem}`);
};

test('a dockerd that is down where they are asked for does not hide the other nodes', async () => {
  expect(await problems({ nodes: [own, other] })).toEqual([
    '10.0.0.1: connect ECONNREFUSED /run/docker.sock',
    '10.0.0.2: the agent of this server has no certificate yet',
  ]);
  expect(await problems(null)).toEqual(['null: connect ECONNREFUSED /run/docker.sock']);
});
