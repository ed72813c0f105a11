import { agentUnit, type Containers } from '@krillmanager/core';
import type { ReadContainerLog } from '@krillmanager/docker';
import { journalOf } from '@krillmanager/host';
import type { LogEntry, LogQuery } from './log-entry.ts';
import { timedLines } from './timed-lines.ts';

export interface LogPorts {
  readonly containers: Pick<Containers, 'list' | 'singletons'>;
  readonly readLog: ReadContainerLog;
}

/** Gives each entry to `take`; ends with the log, or when nobody reads any more. */
export type ReadEntries = (take: (entry: LogEntry) => void, gone: AbortSignal) => Promise<void>;

/** The log on this node; null when the service does not run here. */
export async function localLog(ports: LogPorts, query: LogQuery): Promise<ReadEntries | null> {
  const { source, follow, tail } = query;
  if (source === 'agent') return agentLog(query);
  const all = [...(await ports.containers.list()), ...(await ports.containers.singletons())];
  const found = all.find(({ name }) => name === source);
  if (found === undefined) return null;
  return (take, gone) =>
    ports.readLog(
      found.id,
      { follow, tail, gone },
      { stdout: timedLines(false, take), stderr: timedLines(true, take) },
    );
}

const agentLog =
  ({ follow, tail }: LogQuery): ReadEntries =>
  async (take, gone) => {
    for await (const { at, line } of journalOf(agentUnit, { follow, tail, gone })) {
      take({ at, error: false, line });
    }
  };
