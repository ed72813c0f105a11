import type { ClientRequest } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { heartbeatProtocol } from './cluster-port.ts';
import { type Echo, echoBytes, framesOf, parseEcho, question } from './pulse-frame.ts';

/** A connection without an answer for this long is made anew: TCP alone waits for minutes. */
const silentMs = 3000;
const connectMs = 2000;
const retryMs = 1000;

export interface PulseOptions {
  /** How to reach the other agent now; asked for each connection. */
  readonly way: () => RequestOptions;
  readonly heard: (echo: Echo) => void;
  readonly monotonicMs: () => number;
}

/** One node's heartbeats: a connection that is kept, and made again whenever it is lost. */
export class Pulse {
  readonly #options: PulseOptions;
  #connecting: ClientRequest | null = null;
  #socket: Duplex | null = null;
  /** Of the connection at first, then of the newest answer. */
  #heardAt = 0;
  #retryAt = 0;
  /** Why there is no connection. */
  #problem = 'not asked yet';

  constructor(options: PulseOptions) {
    this.#options = options;
  }

  get problem(): string {
    return this.#problem;
  }

  /** Asks once; called every half second. */
  beat(): void {
    const now = this.#options.monotonicMs();
    if (this.#socket === null) {
      if (this.#connecting === null && now >= this.#retryAt) this.#connect(now);
    } else if (now - this.#heardAt > silentMs) {
      this.#drop('no answer');
    } else if (this.#socket.writableLength === 0) {
      this.#socket.write(question(now));
    }
  }

  close(): void {
    this.#connecting?.destroy();
    this.#socket?.destroy();
  }

  #connect(now: number): void {
    this.#retryAt = now + retryMs;
    const asked = request({
      ...this.#options.way(),
      path: '/heartbeats',
      headers: { connection: 'Upgrade', upgrade: heartbeatProtocol },
      signal: AbortSignal.timeout(connectMs),
    });
    this.#connecting = asked;
    asked.once('upgrade', (_response, socket) => this.#connected(socket));
    asked.once('response', (response) => {
      response.resume();
      this.#drop(`HTTP status ${response.statusCode}`);
      asked.destroy();
    });
    asked.once('error', (error) => this.#drop(error.message));
    asked.end();
  }

  #connected(socket: Duplex): void {
    this.#connecting = null;
    this.#socket = socket;
    this.#problem = 'no answer in time';
    this.#heardAt = this.#options.monotonicMs();
    const since = this.#heardAt;
    (socket as TLSSocket).setNoDelay(true);
    socket.on(
      'data',
      framesOf(echoBytes, (frame) => this.#hear(parseEcho(frame), since)),
    );
    socket.once('error', (error) => this.#lost(socket, error.message));
    socket.once('close', () => this.#lost(socket, 'the connection was closed'));
    socket.write(question(since));
  }

  #hear(echo: Echo, since: number): void {
    const now = this.#options.monotonicMs();
    // What we never sent is no sign of life.
    if (!(echo.askedAt >= since && echo.askedAt <= now)) this.#drop('a false answer');
    else {
      this.#heardAt = now;
      this.#options.heard(echo);
    }
  }

  #lost(socket: Duplex, why: string): void {
    if (this.#socket === socket) this.#drop(why);
  }

  #drop(why: string): void {
    this.#problem = why;
    this.#connecting = null;
    this.#socket?.destroy();
    this.#socket = null;
  }
}
