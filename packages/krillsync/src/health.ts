import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BarrierReport } from './barrier.ts';
import { type Fault, messageOf } from './krillsync-error.ts';
import { healthFreshMs } from './limits.ts';

/** What a watching krillsync tells about itself. Times are ISO 8601. */
export interface Health {
  /** False only for trouble of this machine: a source that is away is not our illness. */
  readonly ok: boolean;
  readonly session: string | null;
  readonly serial: number | null;
  /** When that serial began to be served, as far as this process knows. */
  readonly since: string | null;
  readonly error: string | null;
  readonly fault: Fault | null;
  readonly sourceSeenAt: string | null;
  /** Until when what is served is valid without any update; null when it is not known. */
  readonly validUntil: string | null;
  /** Null without other nodes to wait for. */
  readonly barrier: BarrierReport | null;
  /** When this was written. */
  readonly at: string;
}

const healthPath = (stateDir: string): string => join(stateDir, 'health.json');

/** Atomic, but not made durable: after a reboot it is out of date anyway. */
export function writeHealth(stateDir: string, health: Health): void {
  const temporary = join(stateDir, '.health.json.new');
  writeFileSync(temporary, `${JSON.stringify(health)}\n`, { mode: 0o644 });
  renameSync(temporary, healthPath(stateDir));
}

/** @returns why the watching krillsync is not healthy, or undefined when it is. */
export function readIllness(stateDir: string, now: number): string | undefined {
  try {
    const health: Partial<Health> = JSON.parse(readFileSync(healthPath(stateDir), 'utf8'));
    const age = now - Date.parse(health.at ?? '');
    if (!(Math.abs(age) <= healthFreshMs)) return `no sign of life since ${health.at}`;
    return health.ok === true ? undefined : (health.error ?? 'not healthy');
  } catch (error) {
    return messageOf(error);
  }
}
