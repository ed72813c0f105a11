import type { RequestOptions } from 'node:https';
import type { Ip } from '@krillmanager/core';
import { type MajorityRecord, prolonged } from './majority-record.ts';
import { Pulse } from './pulse.ts';
import { Sight, seenWithinMs } from './sight.ts';

const beatEveryMs = 500;

export interface HeartbeatOptions {
  readonly way: (peer: Ip) => RequestOptions;
  readonly monotonicMs: () => number;
  /** Called with every beat at which a majority is newly seen. */
  readonly majority: (record: MajorityRecord) => void;
  readonly say: (line: string) => void;
}

/** Asks every other node, twice a second, whether it lives. */
export class Heartbeats {
  readonly sight = new Sight();
  readonly #options: HeartbeatOptions;
  readonly #pulses = new Map<Ip, Pulse>();
  readonly #living = new Set<Ip>();
  readonly #timer: NodeJS.Timeout;
  #majority: MajorityRecord | null = null;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#beat(), beatEveryMs);
  }

  /** From now on these are the other nodes. */
  set others(others: readonly Ip[]) {
    this.sight.others = others;
    for (const [ip, pulse] of this.#pulses) {
      if (others.includes(ip)) continue;
      pulse.close();
      this.#pulses.delete(ip);
    }
    for (const ip of others) if (!this.#pulses.has(ip)) this.#pulses.set(ip, this.#pulse(ip));
  }

  /** A majority was seen within the last two seconds. */
  get majority(): boolean {
    const now = this.#options.monotonicMs();
    return this.#majority !== null && now - this.#majority.seenAt <= seenWithinMs;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const pulse of this.#pulses.values()) pulse.close();
  }

  #pulse(peer: Ip): Pulse {
    const { way, monotonicMs } = this.#options;
    return new Pulse({
      way: () => way(peer),
      heard: (echo) => this.sight.note(peer, echo, Date.now()),
      monotonicMs,
    });
  }

  #beat(): void {
    const now = this.#options.monotonicMs();
    for (const pulse of this.#pulses.values()) pulse.beat();
    const seenAt = this.sight.majorityAt(now);
    if (seenAt !== null && seenAt !== this.#majority?.seenAt) {
      this.#majority = prolonged(this.#majority, seenAt);
      this.#options.majority(this.#majority);
    }
    this.#tell(now);
  }

  #tell(now: number): void {
    for (const [ip, pulse] of this.#pulses) {
      const seen = this.sight.isSeen(ip, now);
      if (seen === this.#living.has(ip)) continue;
      if (seen) this.#living.add(ip);
      else this.#living.delete(ip);
      this.#options.say(seen ? `${ip} is seen` : `${ip} is not seen any more: ${pulse.problem}`);
    }
  }
}
