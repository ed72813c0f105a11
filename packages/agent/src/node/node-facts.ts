import { krillPort, type NodeFacts, type ServicePorts, usualSettings } from '@krillmanager/core';
import { localStore } from './local-store.ts';
import type { NodePorts } from './node-ports.ts';

/** Where our parts listen on the host's own network. */
const portsOf = (ports: ServicePorts): Readonly<Record<string, number[]>> => {
  const { rsync, ...nginx } = ports;
  return { nginx: Object.values(nginx), rsyncd: [rsync], krill: [krillPort] };
};

/** What only the operating system can tell. */
type MachineFacts = Omit<NodeFacts, 'release' | 'docker' | 'gluster' | 'swarm' | 'cluster'>;

export interface FactSources {
  readonly ports: Pick<NodePorts, 'containers' | 'swarm' | 'pool' | 'glusterd' | 'local'>;
  readonly release: string;
  /** `ours`: the ports that our own containers listen on now. */
  readonly machine: (ours: readonly number[]) => Promise<MachineFacts>;
}

/** This node's facts: the machine's, dockerd's and glusterd's; what does not answer is null. */
export async function nodeFacts({ ports, release, machine }: FactSources): Promise<NodeFacts> {
  const { containers, swarm, local } = ports;
  const parts = [containers.list(), containers.singletons()].map((seen) => seen.catch(() => []));
  const running = (await Promise.all(parts)).flat().filter((part) => part.running);
  const memory = await localStore(local).recall();
  const used = portsOf(memory.settings?.ports ?? usualSettings.ports);
  const ours = running.flatMap(({ name }) => used[name] ?? []);
  const [facts, docker, gluster, membership] = await Promise.all([
    machine(ours),
    containers.info().catch(() => null),
    glusterFacts(ports).catch(() => null),
    swarm.membership().catch(() => null),
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

async function glusterFacts({
  pool,
  glusterd,
}: FactSources['ports']): Promise<NodeFacts['gluster']> {
  const [peers, version, family] = await Promise.all([
    pool.peers(),
    pool.version(),
    glusterd.family(),
  ]);
  const usable = peers.filter(({ state, connected }) => state === 'member' && connected);
  return {
    version,
    peers: peers.flatMap(({ hosts }) => hosts),
    connected: usable.flatMap(({ hosts }) => hosts),
    family,
  };
}
