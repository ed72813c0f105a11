import { type Clock, type Ip, UserError } from '@krillmanager/core';

/** Of one machine: what its daemons share and what a power loss leaves. */
export class FakeHost {
  readonly ip: Ip;
  readonly clock: Clock;
  /** References of the images that its dockerd has. */
  readonly images = new Set<string>();
  /** What is in an archive at a path: its images' references. */
  readonly archives = new Map<string, readonly string[]>();
  /** Directories that a bind can name; undefined: all exist. */
  directories: { has(path: string): boolean } | undefined;
  /** Machines that it can call by our name for them; undefined: all. */
  names: { has(ip: Ip): boolean } | undefined;
  #up = true;
  /** Milliseconds since the epoch. */
  upSinceMs: number;

  constructor(ip: Ip, clock: Clock) {
    this.ip = ip;
    this.clock = clock;
    this.upSinceMs = clock.now();
  }

  /** It can call a machine by its name. */
  knows(ip: Ip): boolean {
    return this.names?.has(ip) ?? true;
  }

  get up(): boolean {
    return this.#up;
  }

  powerOff(): void {
    this.#up = false;
  }

  powerOn(): void {
    this.#up = true;
    this.upSinceMs = this.clock.now();
  }

  /** @throws UserError when the machine is off: what every call to one of its daemons meets. */
  answer(what: string): void {
    if (!this.#up) throw new UserError(`${what}: ${this.ip} does not answer`);
  }
}
