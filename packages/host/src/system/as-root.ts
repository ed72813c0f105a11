import { UserError } from '@krillmanager/core';

/** @throws UserError unless we are root. */
export function asRoot(command: string): void {
  if (process.getuid?.() === 0) return;
  throw new UserError(`${command} has to be run as root`, { hint: `sudo ${command}` });
}
