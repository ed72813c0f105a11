import { type Agents, type Clock, hasPart, type Ip, until } from '@krillmanager/core';

/** Longer than Krill takes to answer elsewhere when its node is lost. */
const patienceMs = 30_000;

export interface KrillSearch {
  readonly agents: Pick<Agents, 'status'>;
  readonly clock: Clock;
  /** `krillmanager stop` was said: there is nothing to wait for. */
  readonly stopped: boolean;
}

/** Where Krill runs, waited for while it moves; null when it runs nowhere for that long. */
export async function krillNode(
  nodes: readonly Ip[],
  { agents, clock, stopped }: KrillSearch,
  say: (line: string) => void,
): Promise<Ip | null> {
  const look = async (): Promise<Ip | null> => {
    const all = await Promise.all(nodes.map((ip) => agents.status(ip)));
    return nodes[all.findIndex((status) => hasPart(status, 'krill'))] ?? null;
  };
  let found = await look();
  if (found !== null || stopped) return found;
  say('Waiting for Krill: it answers on no node at the moment');
  const isThere = async (): Promise<boolean> => {
    found = await look();
    return found !== null;
  };
  const patience = { clock, withinMs: patienceMs, everyMs: 1000, what: 'Krill' };
  await until(isThere, patience).catch(() => null);
  return found;
}
