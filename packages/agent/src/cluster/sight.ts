import type { Ip } from '@krillmanager/core';
import type { Echo, NodeState } from './pulse-frame.ts';

/** What heartbeats last showed of another node. */
export interface Sighting {
  /** When we asked what it answered: monotonic milliseconds. It lived then, or later. */
  readonly at: number;
  /** How far its clock is ahead of ours, to within the time that the echo took. */
  readonly skewMs: number;
  readonly state: NodeState;
}

/** Whoever was not seen for this long is not counted. */
export const seenWithinMs = 2000;

/** Who of the cluster was seen when. Ourselves we see always. */
export class Sight {
  readonly #seen = new Map<Ip, Sighting>();
  #others: readonly Ip[] = [];

  /** The nodes of the cluster besides ourselves; of others nothing is remembered. */
  set others(others: readonly Ip[]) {
    this.#others = others;
    for (const ip of this.#seen.keys()) if (!others.includes(ip)) this.#seen.delete(ip);
  }

  get others(): readonly Ip[] {
    return this.#others;
  }

  note(ip: Ip, { askedAt, clockMs, state }: Echo, nowMs: number): void {
    if (!this.#others.includes(ip) || askedAt <= (this.#seen.get(ip)?.at ?? 0)) return;
    this.#seen.set(ip, { at: askedAt, skewMs: clockMs - nowMs, state });
  }

  of(ip: Ip): Sighting | null {
    return this.#seen.get(ip) ?? null;
  }

  isSeen(ip: Ip, at: number): boolean {
    const seen = this.#seen.get(ip);
    return seen !== undefined && at - seen.at <= seenWithinMs;
  }

  /** When at the latest a majority of all nodes lived, ourselves at `at`; null when it never did. */
  majorityAt(at: number): number | null {
    const needed = Math.floor((this.#others.length + 1) / 2);
    if (needed === 0) return at;
    const times = [...this.#seen.values()].map((seen) => seen.at).sort((a, b) => b - a);
    return times[needed - 1] ?? null;
  }
}
