import { DeadlineError, runCommand } from '../run.ts';

/** Whether a file system answers: `dead` at once means that nobody serves it any more. */
export type ProbeResult = 'answers' | 'dead' | 'silent';

/**
 * Asks a file system for its statistics, which no cache can answer, from another process. While
 * one probe hangs there is no second: each would hang, and none can be killed.
 */
export function mountProbe(path: string): (deadlineMs: number) => Promise<ProbeResult> {
  let hanging = false;
  return async (deadlineMs) => {
    if (hanging) return 'silent';
    try {
      const asked = await runCommand(['stat', '--file-system', path], { deadlineMs, accept: [1] });
      return asked.exitCode === 0 ? 'answers' : 'dead';
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      hanging = true;
      void error.ended.then(() => {
        hanging = false;
      });
      return 'silent';
    }
  };
}
