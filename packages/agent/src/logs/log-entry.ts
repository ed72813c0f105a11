/** One line that a service has logged. */
export interface LogEntry {
  /** RFC 3339 with nine digits, UTC: in the order of the text. */
  readonly at: string;
  /** Written to standard error. */
  readonly error: boolean;
  readonly line: string;
}

export interface LogQuery {
  readonly source: LogSource;
  readonly follow: boolean;
  /** Lines from the end; null: all there are. */
  readonly tail: number | null;
}

export const logSources = ['krill', 'nginx', 'rsyncd', 'krillsync', 'agent'] as const;
export type LogSource = (typeof logSources)[number];

export const isLogSource = (name: string): name is LogSource =>
  logSources.some((source) => source === name);

/** In the query of a request between agents. */
export const queryText = ({ source, follow, tail }: LogQuery): string =>
  new URLSearchParams({
    source,
    ...(follow && { follow: '1' }),
    ...(tail !== null && { tail: String(tail) }),
  }).toString();

/** @throws Error for what {@link queryText} does not write. */
export function parseQuery(query: URLSearchParams): LogQuery {
  const source = query.get('source') ?? '';
  const tail = query.get('tail');
  if (!isLogSource(source)) throw new Error(`no log "${source}"`);
  if (tail !== null && !/^\d{1,7}$/.test(tail)) throw new Error(`no number of lines: "${tail}"`);
  return { source, follow: query.get('follow') === '1', tail: tail === null ? null : Number(tail) };
}

/** @throws Error for what is no entry. */
export function parseEntry(text: string): LogEntry {
  const { at, error, line } = JSON.parse(text) as Partial<LogEntry>;
  if (typeof at !== 'string' || typeof error !== 'boolean' || typeof line !== 'string') {
    throw new Error('no line of a log');
  }
  return { at, error, line };
}
