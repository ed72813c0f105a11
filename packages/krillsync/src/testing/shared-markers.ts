import { peerBeatMs, peerPollMs } from '../limits.ts';
import type { Marker } from '../marker.ts';
import type { MarkerExchange } from '../peer-barrier.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The shared directory in memory, as several nodes see it; each sees it `lagMs` late. */
export class SharedMarkers {
  readonly files = new Map<string, Marker>();
  readonly #time: VirtualTime;
  readonly #lagMs: number;

  constructor(time: VirtualTime, lagMs = 0) {
    this.#time = time;
    this.#lagMs = lagMs;
  }

  exchange(): SharedExchange {
    return new SharedExchange(this.#time, this.files, this.#lagMs);
  }
}

/** One node's way to it, which can be cut or die with the node. */
export class SharedExchange implements MarkerExchange {
  heard: (markers: readonly Marker[]) => void = () => {};
  isHung = false;
  #isClosed = false;
  #said: Omit<Marker, 'counter'> | undefined;
  #isWaiting = false;
  #looks = 0;
  #counter = Math.floor(Math.random() * 1e6);
  readonly #time: VirtualTime;
  readonly #files: Map<string, Marker>;
  readonly #lagMs: number;

  constructor(time: VirtualTime, files: Map<string, Marker>, lagMs: number) {
    this.#time = time;
    this.#files = files;
    this.#lagMs = lagMs;
    this.#beat();
    this.#look();
  }

  say(marker: Omit<Marker, 'counter'>): void {
    this.#said = marker;
    this.#write();
  }

  hurry(isWaiting: boolean): void {
    this.#isWaiting = isWaiting;
    this.#look();
  }

  close(): void {
    this.#isClosed = true;
  }

  #write(): void {
    if (this.isHung || this.#isClosed || !this.#said) return;
    this.#counter += 1;
    this.#files.set(this.#said.name, { ...this.#said, counter: this.#counter });
  }

  #read(): void {
    const markers = [...this.#files.values()];
    this.#time.after(this.#lagMs, () => {
      if (!this.isHung && !this.#isClosed) this.heard(markers);
    });
  }

  #beat(): void {
    this.#write();
    if (!this.#isClosed) this.#time.after(peerBeatMs, () => this.#beat());
  }

  #look(): void {
    this.#looks += 1;
    const mine = this.#looks;
    this.#read();
    const ms = this.#isWaiting ? peerPollMs : peerBeatMs;
    this.#time.after(ms, () => {
      if (!this.#isClosed && mine === this.#looks) this.#look();
    });
  }
}
