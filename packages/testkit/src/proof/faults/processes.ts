import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process has its name soon after its start, or never. */
const settledMs = 2000;

/** Finds processes of this machine, which sees those of all hosts of a lab; looks at new ones only. */
export class ProcessFinder {
  readonly #name: string;
  #firstSeenMs = new Map<string, number>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Those of the name that were not there two seconds ago; all of them at the first look. */
  look(): readonly number[] {
    const now = Date.now();
    const known = this.#firstSeenMs;
    const pids = readdirSync('/proc').filter((entry) => entry >= '0' && entry <= ':');
    this.#firstSeenMs = new Map(pids.map((pid) => [pid, known.get(pid) ?? now]));
    const young = pids.filter((pid) => now - (this.#firstSeenMs.get(pid) ?? 0) < settledMs);
    return young.filter((pid) => read(`/proc/${pid}/comm`).trim() === this.#name).map(Number);
  }
}

/** Processes of one host share it, also those of its containers on the host's network. */
export const networkOf = (pid: number): string => {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return '';
  }
};

const sigkill = 1n << 8n;

/** It can still do something: it is there, and SIGKILL is not on its way to it. */
export function isAble(pid: number): boolean {
  const status = read(`/proc/${pid}/status`);
  const field = (name: string): string =>
    new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
  if (status === '' || 'ZX'.includes(field('State'))) return false;
  const pending = BigInt(`0x${field('SigPnd')}`) | BigInt(`0x${field('ShdPnd')}`);
  return (pending & sigkill) === 0n;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
