import { existsSync } from 'node:fs';
import { isOnFuse } from './guard.ts';
import { krillAnswer } from './krill-answer.ts';
import { placesBelow } from './places.ts';
import { supervise, volumeTroubleCode } from './supervise.ts';

/** The main of Krill's container: `krill-supervisor CLUSTER-ID`, or `--health`. */
export async function runKrillSupervisor(
  argv: readonly string[],
  render: (template: string, view: object) => string,
): Promise<number> {
  const places = placesBelow('/');
  const [first = ''] = argv;
  if (first === '--health') return (await isHealthy(places.waiting)) ? 0 : 1;
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  // Krill's private files are for Krill; what it publishes must be readable for krillsync.
  process.umask(0o022);
  const code = await supervise({
    places,
    clusterId: first,
    render,
    say: (line) => process.stderr.write(`supervisor: ${line}\n`),
    signal: stop.signal,
    isVolume: isOnFuse,
    answer: krillAnswer,
    majoritySeen: () => 'unknown',
  });
  // An orderly exit waits for a thread of ours that may wait for the volume, for ever.
  if (code === volumeTroubleCode) process.kill(process.pid, 'SIGKILL');
  return code;
}

/** Waiting is healthy: the container that waits is ready to take over. */
const isHealthy = async (waiting: string): Promise<boolean> =>
  existsSync(waiting) || (await krillAnswer('/health')) !== null;
