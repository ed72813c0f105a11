import { notifySystemd } from '@krillmanager/host';
import type { Logger } from 'pino';
import type { LoopWatch } from './node/loop-watch.ts';

const watchdogMs = 10_000;

/**
 * systemd starts the agent anew when its watchdog is not fed: also when only the loop hangs, while
 * everything beside it goes on.
 * @returns ends it
 */
export function feedWatchdog(
  watch: Pick<LoopWatch, 'hangs'>,
  log: Pick<Logger, 'error'>,
  notify: typeof notifySystemd = notifySystemd,
): () => void {
  let told = false;
  const feed = (): void => {
    if (watch.hangs) {
      if (!told) log.error('the loop hangs: systemd starts this agent anew');
      told = true;
      return;
    }
    const unfed = (error: unknown) => log.error({ error: String(error) }, 'watchdog not fed');
    void notify('WATCHDOG=1').catch(unfed);
  };
  const feeding = setInterval(feed, watchdogMs);
  return () => clearInterval(feeding);
}
