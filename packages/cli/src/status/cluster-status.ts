import {
  type Agents,
  type Domains,
  hasPart,
  type Ip,
  type NodeStatus,
  type StorageHealth,
  type SwarmStanding,
} from '@krillmanager/core';
import type { ConfigurationDrift } from './configuration-drift.ts';

interface NodeRow {
  readonly ip: Ip;
  readonly role: 'master' | 'slave';
  readonly online: boolean;
  readonly storage: StorageHealth;
  readonly swarm: SwarmStanding;
  readonly session: string | null;
  readonly serial: number | null;
  readonly problems: readonly string[];
}

export interface ClusterStatus {
  readonly ok: boolean;
  /** `krillmanager stop` was said. */
  readonly stopped: boolean;
  readonly cluster: { readonly id: string | null; readonly epoch: number | null };
  readonly nodes: readonly NodeRow[];
  readonly services: readonly { name: string; running: number; desired: number }[];
  readonly krill: { readonly node: Ip | null };
  readonly uris: Uris | null;
  /** Of the file on the server that was asked; absent when it says what was applied. */
  readonly configuration?: ConfigurationDrift;
}

interface Uris {
  readonly ui: string;
  readonly api: string;
  /** Null with a third party's repository. */
  readonly rrdp: string | null;
  readonly rsync: string | null;
}

/** Asks every agent that our own agent knows of; works on any member, with or without a manager. */
export async function clusterStatus(own: NodeStatus, agents: Agents): Promise<ClusterStatus> {
  const answers = new Map(
    await Promise.all(own.nodes.map(async (ip) => [ip, await agents.status(ip)] as const)),
  );
  return summarise(own, answers);
}

/** Pure: what the answers together say. */
export function summarise(
  own: NodeStatus,
  answers: ReadonlyMap<Ip, NodeStatus | null>,
): ClusterStatus {
  const nodes = own.nodes.map((ip, at) => nodeRow(ip, at === 0, answers.get(ip) ?? null));
  const krill = own.nodes.find((ip) => hasPart(answers.get(ip), 'krill')) ?? null;
  const services = servicesOf(own, answers);
  const sound = nodes.every(({ online, problems }) => online && problems.length === 0);
  const stopped = own.stopped === true;
  const complete = services.length > 0 && services.every((s) => s.running === s.desired);
  return {
    ok: !stopped && sound && complete && nodes.length > 0,
    stopped,
    cluster: { id: own.cluster?.id ?? null, epoch: own.cluster?.epoch ?? null },
    nodes,
    services,
    krill: { node: krill },
    uris: own.domains === null ? null : urisOf(own.domains, publishes(own)),
  };
}

function nodeRow(ip: Ip, first: boolean, status: NodeStatus | null): NodeRow {
  const role = first ? 'master' : 'slave';
  if (status === null) {
    const problems = ['its agent does not answer'];
    const unknown = { storage: 'down', swarm: 'down', session: null, serial: null } as const;
    return { ip, role, online: false, ...unknown, problems };
  }
  const { storage, swarm, session, serial, problems } = status;
  return { ip, role, online: true, storage, swarm, session, serial, problems };
}

function servicesOf(
  own: NodeStatus,
  answers: ReadonlyMap<Ip, NodeStatus | null>,
): ClusterStatus['services'] {
  const everywhere = publishes(own) ? ['nginx', 'rsyncd', 'krillsync'] : ['nginx'];
  const running = (name: string): number =>
    [...answers.values()].filter((status) => hasPart(status, name)).length;
  return [
    { name: 'krill', running: running('krill'), desired: own.stopped ? 0 : 1 },
    ...everywhere.map((name) => ({
      name,
      running: running(name),
      desired: own.stopped ? 0 : own.nodes.length,
    })),
  ];
}

/** A third party's repository is not served here. */
const publishes = ({ mode }: NodeStatus): boolean => mode !== 'third-party';

const urisOf = ({ krill, rrdp, rsync }: Domains, repository: boolean): Uris => ({
  ui: `https://${krill}/`,
  api: `https://${krill}/api/v1/`,
  rrdp: repository ? `https://${rrdp}/rrdp/notification.xml` : null,
  rsync: repository ? `rsync://${rsync}/repo/` : null,
});
