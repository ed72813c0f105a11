import { clusterPort, type Ip, messageOf } from '@krillmanager/core';
import { type Identity, readIdentity } from '../cluster/identity.ts';
import type { Machine } from '../machine.ts';
import { localStore } from '../node/local-store.ts';
import { ownAddress } from '../node/next-action.ts';
import { entriesOf } from './entries-of.ts';
import { type LogPorts, localLog } from './local-log.ts';
import type { LogEntry, LogQuery } from './log-entry.ts';
import { remoteLog } from './remote-log.ts';

export interface NodeLog {
  /** Null: this server, which is in no cluster. */
  readonly ip: Ip | null;
  /** Null when the service does not run there. */
  readonly entries: AsyncIterable<LogEntry> | null;
  /** Why the node's log cannot be had. */
  readonly problem: string | null;
}

/**
 * The logs of a service on all nodes of the cluster: our own is read here, also without an agent;
 * the others' over the cluster port, by the certificate of our agent.
 */
export async function clusterLogs(
  machine: LogPorts & Pick<Machine, 'local' | 'addresses'>,
  query: LogQuery,
  gone: AbortSignal,
): Promise<readonly NodeLog[]> {
  const { settings } = await localStore(machine.local).recall();
  const nodes = settings?.nodes ?? [];
  const self = ownAddress(nodes, machine.addresses());
  const own = await ownLog(machine, self, query, gone);
  if (self === null) return [own];
  const identity = await readIdentity(machine.local);
  const others = nodes.filter((ip) => ip !== self);
  const asked = others.map((peer) => logOf({ self, peer, identity, query }));
  return [own, ...(await Promise.all(asked))];
}

/** A daemon that is down here is no reason to hide what the others have. */
async function ownLog(
  machine: LogPorts,
  ip: Ip | null,
  query: LogQuery,
  gone: AbortSignal,
): Promise<NodeLog> {
  try {
    const read = await localLog(machine, query);
    return { ip, entries: read === null ? null : entriesOf(read, gone), problem: null };
  } catch (error) {
    return { ip, entries: null, problem: messageOf(error) };
  }
}

interface Asked {
  readonly self: Ip;
  readonly peer: Ip;
  readonly identity: Identity | null;
  readonly query: LogQuery;
}

async function logOf({ self, peer, identity, query }: Asked): Promise<NodeLog> {
  const missing = { ip: peer, entries: null };
  if (identity === null) {
    return { ...missing, problem: 'the agent of this server has no certificate yet' };
  }
  try {
    const entries = await remoteLog({ self, peer, port: clusterPort, identity }, query);
    return { ip: peer, entries, problem: null };
  } catch (error) {
    return { ...missing, problem: messageOf(error) };
  }
}
