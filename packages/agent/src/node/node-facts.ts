import { krillPort, type NodeFacts } from '@krillmanager/core';
import { localStore } from './local-store.ts';
import type { NodePorts } from './node-ports.ts';

/** Where our parts listen on the host's own network. */
const portsOf: Readonly<Record<string, readonly number[]>> = {
  nginx: [80, 443],
  rsyncd: [873],
  krill: [krillPort],
};

/** What only the operating system can tell. */
type MachineFacts = Omit<NodeFacts, 'release' | 'docker' | 'gluster' | 'swarm' | 'cluster'>;

export interface FactSources {
  readonly ports: Pick<NodePorts, 'containers' | 'swarm' | 'pool' | 'local'>;
  readonly release: string;
  /** `ours`: the ports that our own containers listen on now. */
  readonly machine: (ours: readonly number[]) => Promise<MachineFacts>;
}

/** This node's facts: the machine's, dockerd's and glusterd's; what does not answer is null. */
export async function nodeFacts({ ports, release, machine }: FactSources): Promise<NodeFacts> {
  const { containers, swarm, pool, local } = ports;
  const parts = [containers.list(), containers.singletons()].map((seen) => seen.catch(() => []));
  const running = (await Promise.all(parts)).flat().filter((part) => part.running);
  const ours = running.flatMap(({ name }) => portsOf[name] ?? []);
  const [facts, docker, gluster, membership, memory] = await Promise.all([
    machine(ours),
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

async function glusterFacts(pool: NodePorts['pool']): Promise<NodeFacts['gluster']> {
  const peers = await pool.peers();
  const usable = peers.filter(({ state, connected }) => state === 'member' && connected);
  return {
    version: await pool.version(),
    peers: peers.flatMap(({ hosts }) => hosts),
    connected: usable.flatMap(({ hosts }) => hosts),
  };
}
