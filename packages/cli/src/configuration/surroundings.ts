import { runCommand } from '@krillmanager/host';
import type { Surroundings } from './read-configuration.ts';

const nameDeadlineMs = 10_000;

/** Of this process on this machine. */
export const surroundings = (): Surroundings => ({
  environment: process.env,
  hostName: async () => {
    const { stdout } = await runCommand(['hostname', '-f'], { deadlineMs: nameDeadlineMs });
    return stdout.trim();
  },
});
