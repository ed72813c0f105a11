import { readlink } from 'node:fs/promises';
import { runCommand } from '../run.ts';
import { propertyArgv } from './systemd-units.ts';

/** When a unit became active, milliseconds since the epoch; 0 when it is not active. */
async function activeSinceMs(unit: string): Promise<number> {
  const { stdout } = await runCommand(propertyArgv(unit, 'ActiveEnterTimestampMonotonic'));
  const since = Number(stdout.trim());
  return since === 0 ? 0 : Math.round(Date.now() - (monotonicMicros() - since) / 1000);
}

/**
 * As {@link activeSinceMs}, which costs a process, asked once a start: systemd keeps the id of each
 * start of a unit in a link, and removes the link when the unit ends.
 */
export function rememberedSince(unit: string, links = '/run/systemd/units'): () => Promise<number> {
  let known: { readonly start: string; readonly sinceMs: number } | null = null;
  return async () => {
    const start = await readlink(`${links}/invocation:${unit}`).catch(() => null);
    if (start !== null && start === known?.start) return known.sinceMs;
    const sinceMs = await activeSinceMs(unit);
    known = start === null || sinceMs === 0 ? null : { start, sinceMs };
    return sinceMs;
  };
}

/** CLOCK_MONOTONIC, the clock of systemd's timestamps. Its dates are prose in the local zone. */
const monotonicMicros = (): number => Number(process.hrtime.bigint() / 1000n);
