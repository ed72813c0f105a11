import { isOnFuse } from './guard.ts';
import { krillAnswer } from './krill-answer.ts';
import { majoritySeenIn } from './majority-seen.ts';
import { placesBelow } from './places.ts';
import { supervise, volumeTroubleCode } from './supervise.ts';

/** The main of Krill's container: `krill-supervisor CLUSTER-ID`. */
export async function runKrillSupervisor(
  argv: readonly string[],
  render: (template: string, view: object) => string,
): Promise<number> {
  const places = placesBelow('/');
  const [clusterId = ''] = argv;
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  // Krill's private files are for Krill; what it publishes must be readable for krillsync.
  process.umask(0o022);
  const code = await supervise({
    places,
    clusterId,
    render,
    say: (line) => process.stderr.write(`supervisor: ${line}\n`),
    signal: stop.signal,
    isVolume: isOnFuse,
    answer: krillAnswer,
    majoritySeen: majoritySeenIn(places.majority),
  });
  // An orderly exit waits for a thread of ours that may wait for the volume, for ever.
  if (code === volumeTroubleCode) process.kill(process.pid, 'SIGKILL');
  return code;
}
