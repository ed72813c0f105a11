import {
  clusterLogs,
  isLogSource,
  type LogEntry,
  type LogQuery,
  logSources,
  mergeByTime,
  type NodeLog,
  openMachine,
} from '@krillmanager/agent';
import { type Ip, UserError } from '@krillmanager/core';
import { asRoot } from '@krillmanager/host';

export interface LogsOptions {
  readonly follow?: boolean;
  readonly tail?: string;
}

/** While following, how long a line waits for an older one of another node. */
const patienceMs = 300;

/**
 * What a service has logged on all nodes, each line with its node before it, in the order of time.
 * @returns 1 when the log of a node is missing
 */
export async function logsCommand(
  source: string | undefined,
  { follow = false, tail: lines }: LogsOptions,
): Promise<number> {
  if (source === undefined || !isLogSource(source)) {
    throw new UserError(`there is no service "${source}"`, {
      hint: `one of ${logSources.join(', ')}: krillmanager logs nginx`,
      exitCode: 2,
    });
  }
  const query = { source, follow, tail: lines === undefined ? null : parseTail(lines) };
  asRoot('krillmanager logs');
  const logs = await clusterLogs(openMachine(), query, new AbortController().signal);
  return showLogs(logs, query);
}

/** @throws UserError (usage) unless the text is a number of lines. */
function parseTail(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new UserError(`--tail=${text} is not a number of lines`, {
    hint: 'write a whole number: --tail=20',
    exitCode: 2,
  });
}

interface NamedEntry extends LogEntry {
  readonly before: string;
}

/** @returns 1 when the log of a node is missing, or ends before its time */
export async function showLogs(logs: readonly NodeLog[], query: LogQuery): Promise<number> {
  const problems = logs.filter(({ problem }) => problem !== null);
  for (const { ip, problem } of problems) complain(`${nameOf(ip)}: ${problem}; its log is missing`);
  const having = logs.filter(({ entries }) => entries !== null);
  const found = having.map((log) => named(log, logs));
  if (found.length === 0 && problems.length === 0) {
    throw new UserError(`${query.source} runs on no server of this cluster`, {
      hint: 'see "krillmanager status"',
    });
  }
  let failures = problems.length;
  const merged = mergeByTime<NamedEntry>({
    sources: found,
    patienceMs: query.follow ? patienceMs : Number.POSITIVE_INFINITY,
    failed: (source, error) => {
      failures += 1;
      const node = having[found.indexOf(source)]?.ip ?? null;
      complain(
        `${nameOf(node)}: ${error instanceof Error ? error.message : error}; its log ends here`,
      );
    },
  });
  const last = query.tail === null || query.follow ? null : query.tail;
  for await (const entry of last === null ? merged : lastOf(merged, last)) print(entry);
  return failures > 0 ? 1 : 0;
}

const nameOf = (ip: Ip | null): string => ip ?? 'this server';

/** Addresses of one width, so that the lines stand below each other. */
async function* named(
  { ip, entries }: NodeLog,
  all: readonly NodeLog[],
): AsyncIterable<NamedEntry> {
  const width = Math.max(...all.map((log) => (log.ip ?? '').length));
  const before = ip === null ? '' : `${ip.padEnd(width)} | `;
  if (entries !== null) for await (const entry of entries) yield { ...entry, before };
}

/** Each node gave so many; of all of them so many are wanted. */
async function* lastOf<T>(entries: AsyncIterable<T>, count: number): AsyncIterable<T> {
  const kept: T[] = [];
  for await (const entry of entries) kept.push(entry);
  yield* count === 0 ? [] : kept.slice(-count);
}

const print = ({ error, before, line }: NamedEntry): boolean =>
  (error ? process.stderr : process.stdout).write(`${before}${line}\n`);

const complain = (what: string): boolean => process.stderr.write(`✗ ${what}\n`);
