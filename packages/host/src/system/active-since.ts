import { readlink } from 'node:fs/promises';
import { runCommand } from '../run.ts';
import { propertyArgv } from './systemd-units.ts';

/** What {@link rememberedSince} asks of the machine. */
interface UnitTimes {
  /** Where systemd keeps the id of each start of a unit in a link, until the unit ends. */
  readonly links: string;
  /** When a unit became active, microseconds of CLOCK_MONOTONIC; 0 when it is not active. */
  readonly activeSinceMicros: (unit: string) => Promise<number>;
  /** CLOCK_MONOTONIC, the clock of systemd's timestamps. Its dates are prose in the local zone. */
  readonly monotonicMicros: () => number;
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
}

const thisMachine: UnitTimes = {
  links: '/run/systemd/units',
  activeSinceMicros: async (unit) =>
    Number((await runCommand(propertyArgv(unit, 'ActiveEnterTimestampMonotonic'))).stdout.trim()),
  monotonicMicros: () => Number(process.hrtime.bigint() / 1000n),
  nowMs: Date.now,
};

/**
 * When a unit became active, milliseconds since the epoch; 0 when it is not active. systemd is asked
 * once a start, because that costs a process. What is remembered is the monotonic time: the machine's
 * clock may be set later, and what starts then is compared with this.
 */
export function rememberedSince(unit: string, machine = thisMachine): () => Promise<number> {
  const { links, activeSinceMicros, monotonicMicros, nowMs } = machine;
  const inMs = (micros: number): number =>
    micros === 0 ? 0 : Math.round(nowMs() - (monotonicMicros() - micros) / 1000);
  let known: { readonly start: string; readonly micros: number } | null = null;
  return async () => {
    const start = await readlink(`${links}/invocation:${unit}`).catch(() => null);
    if (start !== null && start === known?.start) return inMs(known.micros);
    const micros = await activeSinceMicros(unit);
    known = start === null || micros === 0 ? null : { start, micros };
    return inMs(micros);
  };
}
