import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
}) => void;

const minuteMs = 60_000;
/** What rest itself needs is not worth it: once a minute, collecting took a third of the agent's time. */
const worthBytes = 4 * 2 ** 20;

/**
 * V8 keeps what a burst of work has needed for the next one, which for the agent is days away: what
 * is free goes back to the system, looked for once a minute (docs/adr/0017).
 * @param worth by how many bytes the process must have grown since the last time
 * @returns ends it
 */
export function keepMemorySmall(everyMs = minuteMs, worth = worthBytes): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  let left = 0;
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() - left < worth) return;
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    left = process.memoryUsage.rss();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
