import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
}) => void;

const minuteMs = 60_000;

/**
 * V8 keeps what a burst of work has needed for the next one, which for the agent is days away: what
 * is free goes back to the system once a minute (docs/adr/0017).
 * @returns ends it
 */
export function keepMemorySmall(everyMs = minuteMs): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect;
  const timer = setInterval(
    () => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' }),
    everyMs,
  );
  timer.unref();
  return () => clearInterval(timer);
}
