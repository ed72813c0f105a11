import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectories, replaceFile } from './durable.ts';

/** What an https source answered last for its notification, so that it can be asked for news only. */
export interface RememberedAnswer {
  readonly url: string;
  readonly etag: string | undefined;
  /** As in the header. */
  readonly lastModified: string | undefined;
  readonly body: Buffer;
}

export interface AnswerMemory {
  /** @returns undefined when nothing usable for this URL is remembered. */
  recall(url: string): RememberedAnswer | undefined;
  keep(answer: RememberedAnswer): void;
  forget(): void;
}

/** For those who must not write. */
export const readOnly = (memory: AnswerMemory): AnswerMemory => ({
  recall: (url) => memory.recall(url),
  keep() {},
  forget() {},
});

/** Keeps one answer over restarts. Losing it costs one transfer of the notification. */
export class SourceMemory implements AnswerMemory {
  readonly #stateDir: string;

  constructor(stateDir: string) {
    this.#stateDir = stateDir;
  }

  recall(url: string): RememberedAnswer | undefined {
    try {
      const bytes = readFileSync(this.#path);
      const end = bytes.indexOf('\n');
      const head: unknown = JSON.parse(bytes.toString('utf8', 0, end));
      if (typeof head !== 'object' || head === null) return undefined;
      const text = (name: string): string | undefined => {
        const value: unknown = Reflect.get(head, name);
        return typeof value === 'string' ? value : undefined;
      };
      const body = bytes.subarray(end + 1);
      if (text('url') !== url || Reflect.get(head, 'size') !== body.length) return undefined;
      return { url, etag: text('etag'), lastModified: text('lastModified'), body };
    } catch {
      return undefined;
    }
  }

  /** Best effort: what cannot be kept is asked for again. */
  keep({ url, etag, lastModified, body }: RememberedAnswer): void {
    const head = JSON.stringify({ url, etag, lastModified, size: body.length });
    const temporary = join(this.#stateDir, '.source.new');
    try {
      makeDirectories(this.#stateDir);
      replaceFile(this.#path, temporary, Buffer.concat([Buffer.from(`${head}\n`), body]));
    } catch {}
  }

  forget(): void {
    try {
      rmSync(this.#path, { force: true });
    } catch {}
  }

  get #path(): string {
    return join(this.#stateDir, 'source');
  }
}
