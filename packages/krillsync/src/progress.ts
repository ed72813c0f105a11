import type { TextOutput } from './log.ts';
import type { FileReference } from './notification.ts';
import type { Onlooker } from './stage-file.ts';

const quietMs = 1000;
const everyMs = 200;

/** A line on a terminal that tells how far a long run is; short ones show none. */
export class Progress {
  readonly #output: TextOutput;
  readonly #now: () => number;
  #dueAt: number;
  #isShown = false;

  /** @param now in ms. */
  constructor(output: TextOutput, now = () => performance.now()) {
    this.#output = output;
    this.#now = now;
    this.#dueAt = now() + quietMs;
  }

  show(text: string): void {
    if (this.#now() < this.#dueAt) return;
    this.#dueAt = this.#now() + everyMs;
    this.#isShown = true;
    this.#output.write(`\r\x1b[K${text}`);
  }

  /** Leaves the line for others. */
  clear(): void {
    if (this.#isShown) this.#output.write('\r\x1b[K');
    this.#isShown = false;
  }
}

/** Only a terminal can take a line back. */
export const progressOn = (output: TextOutput): Progress | undefined =>
  Reflect.get(output, 'isTTY') === true ? new Progress(output) : undefined;

/** Tells how much of a file is copied, beside what its onlooker does. */
export function withProgress(
  progress: Progress | undefined,
  { path }: FileReference,
  onlooker: Onlooker | undefined,
): Onlooker | undefined {
  if (!progress) return onlooker;
  return {
    publish: (at) => onlooker?.publish(at),
    written: (size) => {
      onlooker?.written(size);
      progress.show(`${path}: ${Math.round(size / 1e6)} MB copied`);
    },
  };
}
