import type { Marker } from './marker.ts';
import type { Version } from './rrdp-root.ts';

interface Peer {
  readonly marker: Marker;
  /** By our own clock, in ms. */
  readonly movedAt: number;
}

export type Verdict =
  | { readonly do: 'pass' }
  /** Somebody could show a newer one. */
  | { readonly do: 'renew'; readonly newer: Version }
  | { readonly do: 'wait'; readonly names: readonly string[] };

/**
 * What is known of the other nodes, by their markers. A node lives while its counter is seen to move
 * by our own clock, so clocks need not agree, and what a removed node left behind means nothing.
 */
export class PeerBoard {
  readonly #name: string;
  readonly #liveMs: number;
  readonly #peers = new Map<string, Peer>();
  /** Those that missed a deadline, until they are seen to have caught up. */
  readonly #behind = new Set<string>();
  #last: Version | undefined;

  constructor(name: string, liveMs: number) {
    this.#name = name;
    this.#liveMs = liveMs;
  }

  /** @param now of a clock that only goes forward, in ms. */
  saw(markers: readonly Marker[], now: number): void {
    for (const marker of markers) {
      if (marker.name === this.#name) continue;
      const before = this.#peers.get(marker.name);
      // One that is seen for the first time may live: a dead one costs a wait, once.
      const isMoving = before?.marker.counter !== marker.counter;
      const movedAt = before && !isMoving ? before.movedAt : now;
      this.#peers.set(marker.name, { marker, movedAt });
      if (isSame(marker.staged, this.#last)) this.#behind.delete(marker.name);
    }
  }

  live(now: number): readonly Marker[] {
    return [...this.#peers.values()]
      .filter(({ movedAt }) => now - movedAt < this.#liveMs)
      .map(({ marker }) => marker);
  }

  verdict(ours: Version, now: number): Verdict {
    this.#last = ours;
    const live = this.live(now);
    const newer = live.map(({ staged }) => staged).find((staged) => isNewer(staged, ours));
    if (newer) return { do: 'renew', newer };
    const lacking = live.filter(({ staged }) => !isSame(staged, ours)).map(({ name }) => name);
    const names = lacking.filter((name) => !this.#behind.has(name));
    return names.length > 0 ? { do: 'wait', names } : { do: 'pass' };
  }

  /** We go on without these: they are not waited for again until they have caught up. */
  leave(names: readonly string[]): void {
    for (const name of names) this.#behind.add(name);
  }

  /** Live nodes that do not have it. */
  lacking(ours: Version, now: number): readonly string[] {
    return this.live(now)
      .filter(({ staged }) => !isSame(staged, ours))
      .map(({ name }) => name);
  }

  /** The latest of the times that all who have this version would give it. */
  agreedTime({ session, serial, time }: Version & { readonly time: number }): number {
    const others = [...this.#peers.values()]
      .map(({ marker }) => marker)
      .filter(({ staged }) => isSame(staged, { session, serial }))
      .map((marker) => marker.time)
      // A marker is another node's word; one that is far off is not followed.
      .filter((theirs) => theirs - time <= timeMaxAhead);
    return Math.max(time, ...others);
  }
}

/** Seconds. */
const timeMaxAhead = 600;

const isSame = (a: Version | null | undefined, b: Version | undefined): boolean =>
  a != null && a.session === b?.session && a.serial === b.serial;

/** Sessions have no order: another one is not newer. */
const isNewer = (a: Version | null, b: Version): a is Version =>
  a !== null && a.session === b.session && a.serial > b.serial;
