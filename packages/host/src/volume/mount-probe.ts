import { DeadlineError, runCommand } from '../run.ts';
import { within } from '../within.ts';

/** Whether a file system answers. `dead`: an error, at once; nobody serves it, or its client has no bricks. */
export type ProbeResult = 'answers' | 'dead' | 'silent';

/**
 * Asks a file system for its statistics, which no cache can answer, from another process. While
 * one probe hangs there is no second: each would hang, and none can be killed.
 */
export function mountProbe(path: string): (deadlineMs: number) => Promise<ProbeResult> {
  let hanging: Promise<void> | null = null;
  return async (givenMs) => {
    const until = performance.now() + givenMs;
    // Whoever has more patience than the one before waits for its end: it may come any moment.
    if (
      hanging !== null &&
      (await within(
        givenMs,
        hanging.then(() => true),
      )) === null
    ) {
      return 'silent';
    }
    const deadlineMs = Math.max(1, Math.round(until - performance.now()));
    try {
      const asked = await runCommand(['stat', '--file-system', path], { deadlineMs, accept: [1] });
      return asked.exitCode === 0 ? 'answers' : 'dead';
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      hanging = error.ended.then(() => {
        hanging = null;
      });
      return 'silent';
    }
  };
}
