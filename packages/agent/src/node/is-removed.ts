import type { Agents, Clock, ClusterRecord, Ip, NodeStatus } from '@krillmanager/core';
import { isFresh } from './is-fresh.ts';
import type { Memory } from './view.ts';

/** How often a node that cannot see the volume asks whether it still belongs. */
const askEveryMs = 10_000;

export interface Belonging {
  readonly cluster: ClusterRecord;
  readonly self: Ip;
  /** The nodes as this one remembers them. */
  readonly nodes: readonly Ip[];
}

/**
 * Whether the cluster has removed this node while it was away: a majority of the nodes that the
 * others name by now say so, and nobody counts on it. A single voice is never enough, because what
 * follows is that this node stops to serve.
 */
export async function isRemoved(
  { cluster, self, nodes }: Belonging,
  { status }: Pick<Agents, 'status'>,
): Promise<boolean> {
  const heard = new Map<Ip, NodeStatus | null>();
  const hear = (ips: readonly Ip[]) =>
    Promise.all(
      ips
        .filter((ip) => ip !== self && !heard.has(ip))
        .map(async (ip) => heard.set(ip, await status(ip))),
    );
  const ours = () =>
    [...heard.values()]
      .filter((said) => said !== null)
      .filter((said) => said.cluster?.id === cluster.id);
  await hear(nodes);
  // Since then others may have come, who are the majority now.
  await hear(ours().flatMap((said) => said.nodes));
  const voices = ours();
  if (voices.some((said) => said.nodes.includes(self))) return false;
  const present = voices.filter((said) => said.ip !== null && said.nodes.includes(said.ip));
  const named = new Set(present.flatMap((said) => said.nodes));
  return present.length > named.size / 2;
}

/** Asks at most every ten seconds, and only while the volume, which would know, is out of sight. */
export class RemovalWatch {
  readonly #agents: Pick<Agents, 'status'>;
  readonly #clock: Pick<Clock, 'now'>;
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(agents: Pick<Agents, 'status'>, clock: Pick<Clock, 'now'>) {
    this.#agents = agents;
    this.#clock = clock;
  }

  async look({ cluster, settings }: Memory, self: Ip | null): Promise<boolean> {
    if (cluster === null || settings === null || self === null) return false;
    if (isFresh(this.#clock.now() - this.#askedAtMs, askEveryMs)) return false;
    this.#askedAtMs = this.#clock.now();
    return isRemoved({ cluster, self, nodes: settings.nodes }, this.#agents);
  }
}
