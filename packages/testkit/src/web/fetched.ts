import { runProgram } from '../run-program.ts';

export interface Answer {
  readonly status: number;
  /** By name in lower case; of a name that is there twice, all values, separated by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** e.g. "2" */
  readonly version: string;
}

export interface Asked {
  /** Where the name in the URI is looked for; IPv6 in brackets. */
  readonly ip: string;
  /** PEM file with the authorities that are trusted. */
  readonly authority?: string;
  /** Further arguments of curl. */
  readonly curl?: readonly string[];
}

const deadlineMs = 60_000;

/** Asks with curl, a client that is not ours. @throws Error with what curl says when nothing answers. */
export async function fetched(uri: string, { ip, authority, curl = [] }: Asked): Promise<Answer> {
  const { hostname, protocol, port } = new URL(uri);
  const at = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}:${ip}`;
  const argv = [
    '--silent',
    '--show-error',
    '--include',
    '--path-as-is',
    '--max-time',
    '30',
    '--resolve',
    at,
    ...(authority === undefined ? [] : ['--cacert', authority]),
    ...curl,
    uri,
  ];
  const { code, stdout, stderr } = await runProgram('curl', argv, { env: process.env, deadlineMs });
  if (code !== 0) throw new Error(`curl ${uri} at ${ip}: ${code} ${stderr}`);
  return parsed(stdout);
}

function parsed(text: string): Answer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [, version = '', status = ''] = /^HTTP\/(\S+) (\d+)/.exec(first) ?? [];
  // An interim answer stands before the real one.
  if (status.startsWith('1')) return parsed(text.slice(end + 4));
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status: Number(status), version, headers, body: text.slice(end + 4) };
}
