import type { Units } from '@krillmanager/core';
import { type Argv, runCommand } from '../run.ts';

const unitDeadlineMs = 90_000;

const isActiveArgv = (unit: string): Argv => ['systemctl', 'is-active', '--quiet', unit];
const enableArgv = (unit: string): Argv => ['systemctl', 'enable', '--now', unit];
const restartArgv = (unit: string): Argv => ['systemctl', 'restart', unit];
const disableArgv = (unit: string): Argv => ['systemctl', 'disable', '--now', unit];
export const startArgv = (unit: string): Argv => ['systemctl', 'start', unit];
export const stopArgv = (unit: string): Argv => ['systemctl', 'stop', unit];
export const resetFailedArgv = (unit: string): Argv => ['systemctl', 'reset-failed', unit];
export const propertyArgv = (unit: string, name: string): Argv => [
  'systemctl',
  'show',
  '--value',
  `--property=${name}`,
  unit,
];

/** systemd through `systemctl`. @throws UserError with what systemctl said. */
export const systemdUnits = (): Units => ({
  isActive: async (unit) =>
    (await runCommand(isActiveArgv(unit), { accept: notActive })).exitCode === 0,
  enable: (unit) => command(enableArgv(unit)),
  restart: (unit) => command(restartArgv(unit)),
  disable: (unit) => command(disableArgv(unit)),
});

/** Exit codes of `is-active` for a unit that is not active, failed, or unknown (LSB's status codes). */
const notActive = [1, 2, 3, 4];

async function command(argv: Argv): Promise<void> {
  await runCommand(argv, { deadlineMs: unitDeadlineMs });
}
