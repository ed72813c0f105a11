import type { Barrier, BarrierReport, Proposal, Wait } from './barrier.ts';
import type { HeldVersion } from './hold.ts';
import { Superseded } from './krillsync-error.ts';
import { peerLiveMs, peerPollMs } from './limits.ts';
import type { Log } from './log.ts';
import type { Marker } from './marker.ts';
import { PeerBoard } from './peer-board.ts';

/** How nodes tell each other: each says its own, all read all. May be silent for as long as it likes. */
export interface MarkerExchange {
  /** Told to the others from now on; the counter is the exchange's own affair. */
  say(marker: Omit<Marker, 'counter'>): void;
  /** Looks often while somebody waits. */
  hurry(isWaiting: boolean): void;
  /** Called with all markers whenever they were read. */
  heard: (markers: readonly Marker[]) => void;
  /** As it was last read. */
  readonly accepted?: HeldVersion | undefined;
  close(): void;
}

export interface BarrierClock {
  /** Milliseconds; only goes forward. */
  now(): number;
  /** @throws when `stop` is aborted. */
  sleep(ms: number, stop: AbortSignal): Promise<void>;
}

export interface PeerBarrierOptions {
  readonly name: string;
  /** Milliseconds. */
  readonly deadlineMs: number;
  readonly exchange: MarkerExchange;
  readonly clock: BarrierClock;
  readonly log: Log;
}

/**
 * Waits until every live node has exactly the same version in place, or the deadline passes: then
 * it goes on alone, counts it, and does not wait again for those who missed it until they have
 * caught up. A hung exchange cannot hold it: only our own clock ends the wait.
 */
export class PeerBarrier implements Barrier {
  readonly #options: PeerBarrierOptions;
  readonly #board: PeerBoard;
  #heardAt: number | undefined;
  #alone = 0;
  #superseded = 0;
  #waited = 0;
  /** When the wait began; versions that are dropped for newer ones do not prolong it. */
  #since: number | undefined;

  constructor(options: PeerBarrierOptions) {
    this.#options = options;
    const { exchange, name, clock } = options;
    this.#board = new PeerBoard(name, peerLiveMs);
    exchange.heard = (markers) => {
      this.#heardAt = clock.now();
      this.#board.saw(markers, clock.now());
    };
    exchange.say({ name, staged: null, time: 0 });
  }

  async staged(proposal: Proposal, wait: Wait): Promise<number> {
    const { exchange, clock } = this.#options;
    this.#say(proposal);
    const since = this.#begin();
    exchange.hurry(true);
    try {
      await this.#allHaveIt(proposal, wait, since + this.#options.deadlineMs);
    } finally {
      exchange.hurry(false);
    }
    this.#waited = (clock.now() - since) / 1000;
    this.#since = undefined;
    this.#countAlone(proposal);
    return this.#board.agreedTime(proposal);
  }

  shown(proposal: Proposal): void {
    this.#say(proposal);
  }

  report(): BarrierReport {
    const peers = this.#board.live(this.#options.clock.now()).length;
    return { peers, alone: this.#alone, superseded: this.#superseded, waited: this.#waited };
  }

  accepted(): HeldVersion | undefined {
    return this.#options.exchange.accepted;
  }

  close(): void {
    this.#options.exchange.close();
  }

  #begin(): number {
    const { clock, deadlineMs } = this.#options;
    const now = clock.now();
    const isFollowUp = this.#since !== undefined && now - this.#since < 2 * deadlineMs;
    const since = isFollowUp ? (this.#since ?? now) : now;
    this.#since = since;
    return since;
  }

  async #allHaveIt(proposal: Proposal, { stop, hasMoved }: Wait, until: number): Promise<void> {
    const { clock, log } = this.#options;
    for (;;) {
      const verdict =
        this.#heardAt !== undefined
          ? this.#board.verdict(proposal, clock.now())
          : { do: 'wait' as const, names: [] };
      if (verdict.do === 'pass') return;
      if (clock.now() >= until) {
        if (verdict.do === 'wait') this.#board.leave(verdict.names);
        return;
      }
      if (
        verdict.do === 'renew' &&
        (await withinMs(hasMoved(), until - clock.now(), clock, stop))
      ) {
        this.#superseded += 1;
        const { session, serial } = proposal;
        log.debug('dropped for a newer version', { session, serial, newer: verdict.newer.serial });
        throw new Superseded(`another node has serial ${verdict.newer.serial} already`);
      }
      await clock.sleep(peerPollMs, stop);
    }
  }

  /** Nothing can be read: then nobody is known to live. */
  #isDeaf(): boolean {
    const { clock } = this.#options;
    return this.#heardAt === undefined || clock.now() - this.#heardAt >= peerLiveMs;
  }

  #say({ session, serial, time }: Proposal): void {
    const { exchange, name } = this.#options;
    exchange.say({ name, staged: { session, serial }, time });
  }

  #countAlone(proposal: Proposal): void {
    const { clock, log } = this.#options;
    const without = this.#isDeaf() ? ['all'] : this.#board.lacking(proposal, clock.now());
    if (without.length === 0) return;
    this.#alone += 1;
    log.warn('going on without other nodes', { serial: proposal.serial, without });
  }
}

/** A look at the source may hang as well; then it counts as a no. */
async function withinMs(
  answer: Promise<boolean>,
  ms: number,
  clock: BarrierClock,
  stop: AbortSignal,
): Promise<boolean> {
  const over = new AbortController();
  const signal = AbortSignal.any([stop, over.signal]);
  const late = clock.sleep(ms, signal).then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([answer.catch(() => false), late]);
  } finally {
    over.abort();
  }
}
