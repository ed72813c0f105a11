import { objectTime } from './object-time.ts';
import type { ObjectSink } from './scan-objects.ts';
import type { RsyncUri } from './uri.ts';

/** Finds the time of the newest object, in seconds since 1970; zero without any. */
export class NewestObject implements ObjectSink {
  #time = 0;

  get time(): number {
    return this.#time;
  }

  publish({ path }: RsyncUri, content: Buffer): void {
    this.#time = Math.max(this.#time, objectTime(path, content));
  }

  withdraw(): void {}
}
