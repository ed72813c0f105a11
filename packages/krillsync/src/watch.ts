import { setTimeout as sleep } from 'node:timers/promises';
import { makeDirectories } from './durable.ts';
import { type Health, writeHealth } from './health.ts';
import { faultOf, messageOf } from './krillsync-error.ts';
import { backOffMaxMs, healthEveryMs, pollJitterMs, pollMs, verifyEveryMs } from './limits.ts';
import { readServed } from './rrdp-directory.ts';
import type { Setup } from './setup.ts';
import { type UpdateResult, update } from './update.ts';

/**
 * Updates whenever the source's notification changes, until `setup.stop` is aborted. Trouble of the
 * source, or of this machine, is told once when it begins and once when it ends.
 *
 * @param report called with each update that changed something.
 */
export async function watch(
  setup: Omit<Setup, 'thorough'>,
  report: (result: UpdateResult) => void,
): Promise<void> {
  makeDirectories(setup.stateDir);
  const watcher = new Watcher(setup, report);
  const heartbeat = setInterval(() => watcher.writeHealth(), healthEveryMs);
  try {
    // A read from a network file system that hangs must not keep us from stopping.
    await Promise.race([watcher.run(), aborted(setup.stop)]);
  } finally {
    clearInterval(heartbeat);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

class Watcher {
  readonly #setup: Omit<Setup, 'thorough'>;
  readonly #report: (result: UpdateResult) => void;
  #health: Omit<Health, 'at'>;
  #isFirst = true;
  /** Of the source's notification when the last update began. */
  #stamp: string | undefined;
  #notBefore = 0;
  #backOffMs = pollMs;
  #healthError: string | undefined;

  constructor(setup: Omit<Setup, 'thorough'>, report: (result: UpdateResult) => void) {
    this.#setup = setup;
    this.#report = report;
    const served = readServed(setup.rrdpDir, setup.notification, setup.log)?.notification;
    this.#health = {
      ok: true,
      session: served?.session ?? null,
      serial: served?.serial ?? null,
      since: served ? this.#isoNow() : null,
      error: null,
      fault: null,
      sourceSeenAt: null,
    };
  }

  async run(): Promise<void> {
    const { stop } = this.#setup;
    this.writeHealth();
    while (!stop.aborted) {
      try {
        await this.#look();
      } catch (error) {
        if (stop.aborted) return;
        this.#failed(error);
      }
      await pause(stop);
    }
  }

  async #look(): Promise<void> {
    const { source, notification, now } = this.#setup;
    const stamp = await source.stamp(notification.fileName);
    this.#health = { ...this.#health, sourceSeenAt: this.#isoNow() };
    if (stamp === this.#stamp && now() < this.#notBefore) return;
    if (stamp !== this.#stamp) this.#backOffMs = pollMs;
    this.#stamp = stamp;
    this.#notBefore = now() + this.#backOffMs;
    this.#backOffMs = Math.min(this.#backOffMs * 2, backOffMaxMs);
    const result = await update({ ...this.#setup, thorough: this.#isFirst });
    this.#isFirst = false;
    this.#succeeded(result);
  }

  #succeeded(result: UpdateResult): void {
    const { log, now } = this.#setup;
    this.#notBefore = now() + verifyEveryMs;
    this.#backOffMs = pollMs;
    const { error, session: before, serial: serialBefore } = this.#health;
    if (error !== null) log.info('the trouble is over', { was: error });
    const { session, serial } = result;
    const isNew = session !== before || serial !== serialBefore;
    const since = isNew ? this.#isoNow() : this.#health.since;
    this.#health = { ...this.#health, ok: true, session, serial, since, error: null, fault: null };
    if (result.result === 'updated') {
      log.info('serving a new state', result);
      this.#report(result);
    }
    if (isNew || error !== null) this.writeHealth();
  }

  #failed(error: unknown): void {
    const message = messageOf(error);
    if (message === this.#health.error) return;
    const fault = faultOf(error);
    if (fault === 'local') this.#setup.log.error(message, { fault });
    else this.#setup.log.warn(message, { fault });
    this.#health = { ...this.#health, ok: fault !== 'local', error: message, fault };
    this.writeHealth();
  }

  writeHealth(): void {
    const { stateDir, log } = this.#setup;
    try {
      writeHealth(stateDir, { ...this.#health, at: this.#isoNow() });
      this.#healthError = undefined;
    } catch (error) {
      const message = messageOf(error);
      if (message !== this.#healthError) log.error(`cannot write health.json: ${message}`);
      this.#healthError = message;
    }
  }

  #isoNow(): string {
    return new Date(this.#setup.now()).toISOString();
  }
}

/** With jitter, so that the nodes of a cluster do not ask the same disk at the same instant. */
async function pause(stop: AbortSignal): Promise<void> {
  const ms = pollMs + (Math.random() * 2 - 1) * pollJitterMs;
  await sleep(ms, undefined, { signal: stop }).catch(() => {});
}
