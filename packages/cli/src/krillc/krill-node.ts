import { type Agents, type Clock, type Ip, until } from '@krillmanager/core';

/** Longer than Krill takes to answer elsewhere when its node is lost. */
const patienceMs = 30_000;

/** Where Krill runs, waited for while it moves; null when it runs nowhere for that long. */
export async function krillNode(
  nodes: readonly Ip[],
  { agents, clock }: { readonly agents: Pick<Agents, 'status'>; readonly clock: Clock },
  say: (line: string) => void,
): Promise<Ip | null> {
  let found = await lookForKrill(nodes, agents);
  if (found !== null) return found;
  say('Waiting for Krill: it answers on no node at the moment');
  const what = 'Krill';
  const isThere = async (): Promise<boolean> => {
    found = await lookForKrill(nodes, agents);
    return found !== null;
  };
  await until(isThere, { clock, withinMs: patienceMs, everyMs: 1000, what }).catch(() => null);
  return found;
}

async function lookForKrill(
  nodes: readonly Ip[],
  agents: Pick<Agents, 'status'>,
): Promise<Ip | null> {
  const all = await Promise.all(nodes.map((ip) => agents.status(ip)));
  const at = all.findIndex((status) =>
    status?.parts.some(({ name, running, healthy }) => name === 'krill' && running && healthy),
  );
  return nodes[at] ?? null;
}
