import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { HeldVersion } from './hold.ts';
import { messageOf } from './krillsync-error.ts';
import { peerBeatMs, peerPollMs } from './limits.ts';
import type { Marker } from './marker.ts';
import { MarkerDirectory } from './marker-directory.ts';

/** A line to the child: what our marker says, and whether somebody waits. */
export interface Order {
  readonly marker: Omit<Marker, 'counter'>;
  readonly isWaiting: boolean;
}

/** A line from it, after each look. */
export type Report =
  | { readonly markers: readonly Marker[]; readonly accepted?: HeldVersion }
  | { readonly failed: string };

/**
 * The process that touches the shared directory, which may be a network file system: a call to it
 * may hang for as long as it likes, and a process that hangs in one cannot even be killed. So its
 * parent makes none. Ends with its input.
 */
export async function runMarkerChild(
  dir: string,
  input: Readable,
  output: Writable,
): Promise<void> {
  const keeper = new MarkerKeeper(dir, (report) => output.write(`${JSON.stringify(report)}\n`));
  for await (const line of createInterface({ input })) keeper.follow(JSON.parse(line));
  keeper.end();
}

class MarkerKeeper {
  readonly #directory: MarkerDirectory;
  readonly #tell: (report: Report) => void;
  #order: Order | undefined;
  #counter = Math.floor(Math.random() * 1_000_000_000);
  #beatAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(dir: string, tell: (report: Report) => void) {
    this.#directory = new MarkerDirectory(dir);
    this.#tell = tell;
  }

  follow(order: Order): void {
    const isNews = JSON.stringify(order.marker) !== JSON.stringify(this.#order?.marker);
    this.#order = order;
    if (isNews) this.#beatAt = -Infinity;
    this.#look();
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    clearTimeout(this.#timer);
    try {
      this.#beat();
      this.#tell(this.#directory.read(performance.now()));
    } catch (error) {
      this.#tell({ failed: messageOf(error) });
    }
    this.#timer = setTimeout(() => this.#look(), this.#order?.isWaiting ? peerPollMs : peerBeatMs);
  }

  #beat(): void {
    const now = performance.now();
    if (!this.#order || now - this.#beatAt < peerBeatMs * 0.9) return;
    this.#counter += 1;
    this.#directory.write({ ...this.#order.marker, counter: this.#counter });
    this.#beatAt = now;
  }
}
