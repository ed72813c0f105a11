import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDirectories } from './durable.ts';
import type { UpdateResult } from './finish.ts';
import { type Health, writeHealth } from './health.ts';
import { acceptedStamp } from './hold.ts';
import { type Fault, faultOf, messageOf } from './krillsync-error.ts';
import {
  backOffMaxMs,
  healthEveryMs,
  pollJitter,
  timerMaxSeconds,
  validityEveryMs,
  verifyEveryMs,
} from './limits.ts';
import { earliestNextUpdate } from './next-update.ts';
import { readServed } from './rrdp-directory.ts';
import { currentTree, switchDueAt } from './rsync-directory.ts';
import type { Setup } from './setup.ts';
import { update } from './update.ts';

export interface Watching {
  /** How often the source is looked at. */
  readonly pollMs: number;
  /** Whether somebody wants everything looked at again, asked at each poll. */
  lookAgain?(): boolean;
  /** The first look is over, whatever came of it. */
  ready?(): void;
  updated?(result: UpdateResult, seconds: number): void;
  failed?(fault: Fault): void;
  /** In seconds since 1970: the earliest nextUpdate of what is served; zero without any. */
  validUntil?(time: number): void;
  /** The source answered. */
  seen?(): void;
}

/**
 * Updates whenever the source's notification changes, until `setup.stop` is aborted. Trouble of the
 * source, or of this machine, is told once when it begins and once when it ends.
 */
export async function watch(setup: Omit<Setup, 'thorough'>, watching: Watching): Promise<void> {
  makeDirectories(setup.stateDir);
  const watcher = new Watcher(setup, watching);
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
  readonly #watching: Watching;
  #health: Omit<Health, 'at' | 'barrier'>;
  #isFirst = true;
  /** Of the source's notification when the last update began. */
  #stamp: string | undefined;
  #notBefore = 0;
  #backOffMs: number;
  #validityFoundAt = -Infinity;
  #healthError: string | undefined;

  constructor(setup: Omit<Setup, 'thorough'>, watching: Watching) {
    this.#setup = setup;
    this.#watching = watching;
    this.#backOffMs = watching.pollMs;
    const served = readServed(setup.rrdpDir, setup.notification, setup.log)?.notification;
    this.#health = {
      ok: true,
      session: served?.session ?? null,
      serial: served?.serial ?? null,
      since: served ? this.#isoNow() : null,
      error: null,
      fault: null,
      sourceSeenAt: null,
      validUntil: null,
    };
  }

  async run(): Promise<void> {
    const { stop } = this.#setup;
    this.writeHealth();
    for (let isFirst = true; !stop.aborted; isFirst = false) {
      try {
        await this.#look();
      } catch (error) {
        if (stop.aborted) return;
        this.#failed(error);
      }
      if (isFirst) this.#watching.ready?.();
      await pause(this.#watching.pollMs, stop);
    }
  }

  async #look(): Promise<void> {
    const { source, notification, now } = this.#setup;
    if (this.#watching.lookAgain?.()) {
      this.#isFirst = true;
      this.#stamp = undefined;
    }
    const stamp = `${await source.stamp(notification.fileName)} ${acceptedStamp(this.#setup)}`;
    this.#watching.seen?.();
    this.#health = { ...this.#health, sourceSeenAt: this.#isoNow() };
    if (stamp === this.#stamp && now() < this.#notBefore) return;
    if (stamp !== this.#stamp) this.#backOffMs = this.#watching.pollMs;
    this.#stamp = stamp;
    this.#notBefore = now() + this.#backOffMs;
    this.#backOffMs = Math.min(this.#backOffMs * 2, Math.max(backOffMaxMs, this.#watching.pollMs));
    const start = performance.now();
    const result = await update({ ...this.#setup, thorough: this.#isFirst });
    this.#isFirst = false;
    this.#watching.updated?.(result, (performance.now() - start) / 1000);
    this.#succeeded(result);
    await this.#findValidity();
  }

  #succeeded(result: UpdateResult): void {
    const { log, now } = this.#setup;
    this.#notBefore = Math.min(now() + verifyEveryMs, this.#treeDueAt(result));
    this.#backOffMs = this.#watching.pollMs;
    const { error, session: before, serial: serialBefore } = this.#health;
    if (error !== null) log.info('the trouble is over', { was: error });
    const { session, serial } = result;
    const isNew = session !== before || serial !== serialBefore;
    const since = isNew ? this.#isoNow() : this.#health.since;
    this.#health = { ...this.#health, ok: true, session, serial, since, error: null, fault: null };
    if (result.result === 'updated') {
      log.info('serving a new state', result);
    }
    if (isNew || error !== null) this.writeHealth();
  }

  /** Every manifest has to be read for it, so not with each update. */
  async #findValidity(): Promise<void> {
    const { rsync, stop, now } = this.#setup;
    if (!rsync || now() - this.#validityFoundAt < validityEveryMs) return;
    this.#validityFoundAt = now();
    const tree = currentTree(rsync.dir);
    if (tree === undefined) return;
    const until = await earliestNextUpdate(join(rsync.dir, tree), stop);
    const validUntil = until === undefined ? null : new Date(until * 1000).toISOString();
    this.#health = { ...this.#health, validUntil };
    this.#watching.validUntil?.(until ?? 0);
  }

  /** When a tree that was put off is to be made; Infinity when none is. */
  #treeDueAt({ serial, rsyncSerial }: UpdateResult): number {
    const { rsync } = this.#setup;
    return rsync && rsyncSerial !== serial ? switchDueAt(this.#setup, rsync) : Infinity;
  }

  #failed(error: unknown): void {
    const message = messageOf(error);
    const fault = faultOf(error);
    this.#watching.failed?.(fault);
    if (message === this.#health.error) return;
    if (fault === 'local') this.#setup.log.error(message, { fault });
    else this.#setup.log.warn(message, { fault });
    this.#health = { ...this.#health, ok: fault !== 'local', error: message, fault };
    this.writeHealth();
  }

  writeHealth(): void {
    const { stateDir, log, barrier } = this.#setup;
    try {
      const report = barrier.report?.() ?? null;
      writeHealth(stateDir, { ...this.#health, barrier: report, at: this.#isoNow() });
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
async function pause(pollMs: number, stop: AbortSignal): Promise<void> {
  const ms = pollMs * (1 + (Math.random() * 2 - 1) * pollJitter);
  const most = timerMaxSeconds * 1000;
  await sleep(Math.min(ms, most), undefined, { signal: stop }).catch(() => {});
}
