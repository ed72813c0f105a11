import { krillPort, type NodeFacts } from '@krillmanager/core';
import { collectLocalFacts } from '@krillmanager/host';
import type { Machine } from './machine.ts';
import { localStore } from './node/local-store.ts';

/** Where our parts listen on the host's own network. */
const portsOf: Readonly<Record<string, readonly number[]>> = {
  nginx: [80, 443],
  rsyncd: [873],
  krill: [krillPort],
};

/** This node's facts: the machine's, dockerd's and glusterd's; what does not answer is null. */
export async function collectFacts(machine: Machine, release: string): Promise<NodeFacts> {
  const { containers, swarm, pool, names, local } = machine;
  const parts = [containers.list(), containers.singletons()].map((seen) => seen.catch(() => []));
  const running = (await Promise.all(parts)).flat().filter((part) => part.running);
  const ours = running.flatMap(({ name }) => portsOf[name] ?? []);
  const [facts, docker, gluster, membership, memory] = await Promise.all([
    collectLocalFacts({ ours, names }),
    containers.info().catch(() => null),
    glusterFacts(pool).catch(() => null),
    swarm.membership().catch(() => null),
    localStore(local).recall(),
  ]);
  return {
    ...facts,
    release,
    docker,
    gluster,
    swarm: {
      clusterId: membership?.clusterId ?? null,
      state: membership?.state ?? 'unknown',
    },
    cluster: memory.cluster,
  };
}

async function glusterFacts(pool: Machine['pool']): Promise<NodeFacts['gluster']> {
  const peers = await pool.peers();
  const usable = peers.filter(({ state, connected }) => state === 'member' && connected);
  return {
    version: await pool.version(),
    peers: peers.flatMap(({ hosts }) => hosts),
    connected: usable.flatMap(({ hosts }) => hosts),
  };
}
