import { runCommand } from '../run.ts';
import { propertyArgv } from './systemd-units.ts';

/** When a unit became active, milliseconds since the epoch; 0 when it is not active. */
export async function activeSinceMs(unit: string): Promise<number> {
  const { stdout } = await runCommand(propertyArgv(unit, 'ActiveEnterTimestampMonotonic'));
  const since = Number(stdout.trim());
  return since === 0 ? 0 : Math.round(Date.now() - (monotonicMicros() - since) / 1000);
}

/** CLOCK_MONOTONIC, the clock of systemd's timestamps. Its dates are prose in the local zone. */
const monotonicMicros = (): number => Number(process.hrtime.bigint() / 1000n);
