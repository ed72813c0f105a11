import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { isSea } from 'node:sea';
import { fileURLToPath } from 'node:url';
import type { HeldVersion } from './hold.ts';
import { markersHangMs, markersHungMaxCount, markersStartMs } from './limits.ts';
import type { Log } from './log.ts';
import type { Marker } from './marker.ts';
import type { Order, Report } from './marker-child.ts';
import type { MarkerExchange } from './peer-barrier.ts';

export interface MarkerProcessOptions {
  readonly dir: string;
  readonly log: Log;
  /** For tests: a program that takes orders and gives reports, and its arguments. */
  readonly argv?: readonly [string, ...string[]];
}

/**
 * Markers through a child process (runMarkerChild). One that does not report any more hangs in the
 * file system: it is left behind and another one started, up to a few at the same time.
 */
export class MarkerProcess implements MarkerExchange {
  heard: (markers: readonly Marker[]) => void = () => {};
  accepted: HeldVersion | undefined;
  readonly #options: MarkerProcessOptions;
  readonly #hung = new Set<ChildProcess>();
  readonly #watchdog: NodeJS.Timeout;
  #child: ChildProcess | undefined;
  #order: Order | undefined;
  #reportedAt = performance.now();
  #hasReported = false;
  #failure: string | undefined;

  constructor(options: MarkerProcessOptions) {
    this.#options = options;
    this.#watchdog = setInterval(() => this.#watch(), 1000);
    this.#watchdog.unref();
    this.#start();
  }

  say(marker: Order['marker']): void {
    this.#give({ marker, isWaiting: this.#order?.isWaiting ?? false });
  }

  hurry(isWaiting: boolean): void {
    if (this.#order && this.#order.isWaiting !== isWaiting)
      this.#give({ ...this.#order, isWaiting });
  }

  close(): void {
    clearInterval(this.#watchdog);
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #give(order: Order): void {
    this.#order = order;
    this.#child?.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  #start(): void {
    const [program, ...args] = this.#options.argv ?? this.#own();
    const child = spawn(program, args, {
      argv0: 'krillsync',
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#reportedAt = performance.now();
    this.#hasReported = false;
    child.once('exit', () => this.#gone(child));
    child.once('error', (error) => this.#trouble(error.message));
    child.stdin.on('error', () => {});
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(child, line));
    child.unref();
    for (const stream of [child.stdin, child.stdout]) (stream as unknown as Socket).unref();
    if (this.#order) this.#give(this.#order);
  }

  /** This program once more; a single executable knows its commands by its name. */
  #own(): readonly [string, ...string[]] {
    const call = ['marker-child', this.#options.dir];
    if (isSea()) return [process.execPath, ...call];
    return [process.execPath, fileURLToPath(new URL('main.ts', import.meta.url)), ...call];
  }

  #take(child: ChildProcess, line: string): void {
    if (child !== this.#child) return;
    const report = parseReport(line);
    if (report === null) {
      this.#trouble('its process broke off in the middle of a report');
      this.#leave(child);
      return;
    }
    this.#reportedAt = performance.now();
    this.#hasReported = true;
    if ('failed' in report) {
      this.#trouble(report.failed);
      return;
    }
    if (this.#failure !== undefined) this.#options.log.info('the barrier is back');
    this.#failure = undefined;
    this.accepted = report.accepted;
    this.heard(report.markers);
  }

  #trouble(message: string): void {
    if (message !== this.#failure) this.#options.log.warn(`the barrier's directory: ${message}`);
    this.#failure = message;
  }

  #gone(child: ChildProcess): void {
    this.#hung.delete(child);
    if (child === this.#child) this.#child = undefined;
  }

  /** It may hang in the kernel. */
  #leave(child: ChildProcess): void {
    if (child.exitCode === null && child.signalCode === null) this.#hung.add(child);
    child.kill('SIGKILL');
    this.#child = undefined;
  }

  #watch(): void {
    const silentMs = performance.now() - this.#reportedAt;
    const patienceMs = this.#hasReported ? markersHangMs : markersStartMs;
    if (this.#child && this.#order && silentMs > patienceMs) {
      this.#trouble('does not answer');
      this.#leave(this.#child);
    }
    if (!this.#child && this.#hung.size < markersHungMaxCount) this.#start();
  }
}

/** Null for what a child left behind that was killed while it wrote: readline gives that as a line. */
function parseReport(line: string): Report | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
