import { expect, test } from '@jest/globals';
import { krillPort, usualSettings } from '@krillmanager/core';
import { type FactSources, nodeFacts } from './node-facts.ts';

/** The ports that are told to be ours while these run. */
async function ownedWith(...running: readonly string[]): Promise<readonly number[]> {
  let owned: readonly number[] = [];
  const absent = async () => null;
  const parts = running.map((name) => ({ name, running: true }));
  const sources = {
    ports: {
      containers: { list: async () => parts, singletons: async () => [], info: absent },
      swarm: { membership: absent },
      pool: { peers: async () => [], version: absent },
      glusterd: { family: absent },
      local: { read: absent },
    },
    release: 'r1',
    machine: async (ours: readonly number[]) => {
      owned = ours;
      return {};
    },
  };
  await nodeFacts(sources as unknown as FactSources);
  return owned.toSorted((a, b) => a - b);
}

test('every port of the configuration is ours while our parts run, those of balancers too', async () => {
  const all = [...Object.values(usualSettings.ports), krillPort].toSorted((a, b) => a - b);
  expect(await ownedWith('nginx', 'rsyncd', 'krill')).toEqual(all);
});

test('the port of a part that does not run is not', async () => {
  expect(await ownedWith('nginx')).not.toContain(usualSettings.ports.rsync);
});
