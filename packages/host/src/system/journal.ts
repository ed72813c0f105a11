import { execa } from 'execa';
import type { Argv } from '../run.ts';

export interface JournalEntry {
  /** RFC 3339 with nine digits, UTC. */
  readonly at: string;
  readonly line: string;
}

export interface JournalRequest {
  readonly follow: boolean;
  /** Lines from the end; null: all there are. */
  readonly tail: number | null;
  /** Aborted when nobody reads any more. */
  readonly gone: AbortSignal;
}

/** What a unit has written to the journal of this machine. */
export async function* journalOf(
  unit: string,
  { follow, tail, gone }: JournalRequest,
): AsyncIterable<JournalEntry> {
  const [program, ...rest] = journalArgv(unit, follow, tail);
  const running = execa(program, rest, {
    stdin: 'ignore',
    buffer: false,
    reject: false,
    cancelSignal: gone,
  });
  for await (const line of running.iterable()) {
    const entry = parseEntry(String(line));
    if (entry !== null) yield entry;
  }
}

const journalArgv = (unit: string, follow: boolean, tail: number | null): Argv => [
  'journalctl',
  '--no-pager',
  '--quiet',
  '--output=json',
  '--output-fields=MESSAGE',
  `--unit=${unit}`,
  ...(follow ? ['--follow'] : []),
  `--lines=${tail ?? 'all'}`,
];

/** journalctl's JSON, one object a line: a message that is no UTF-8 is a list of bytes. */
export function parseEntry(text: string): JournalEntry | null {
  try {
    const { MESSAGE, __REALTIME_TIMESTAMP } = JSON.parse(text) as {
      readonly MESSAGE: string | readonly number[];
      readonly __REALTIME_TIMESTAMP: string;
    };
    const line = typeof MESSAGE === 'string' ? MESSAGE : Buffer.from(MESSAGE).toString('latin1');
    return { at: rfc3339(BigInt(__REALTIME_TIMESTAMP)), line };
  } catch {
    return null;
  }
}

/** From microseconds since the epoch. */
function rfc3339(micros: bigint): string {
  const seconds = new Date(Number(micros / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${String(micros % 1_000_000n).padStart(6, '0')}000Z`;
}
