import { KrillsyncError } from './krillsync-error.ts';
import type { Setup } from './setup.ts';

/**
 * Does what takes as long as the source wants it to, with a setup that stops at the deadline.
 *
 * @param deadline by performance.now().
 * @throws KrillsyncError (source) when it has passed.
 */
export async function withinDeadline<T>(
  setup: Setup,
  deadline: number,
  work: (limited: Setup) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const end = () => {
    late.abort(new KrillsyncError('source', `${setup.source.name} took too long for one update`));
    // Else their tasks would have to be waited for.
    void setup.crew?.dismiss();
  };
  const timer = setTimeout(end, Math.max(0, deadline - performance.now()));
  try {
    return await work({ ...setup, stop: AbortSignal.any([setup.stop, late.signal]) });
  } catch (error) {
    if (late.signal.aborted && !setup.stop.aborted) throw late.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
