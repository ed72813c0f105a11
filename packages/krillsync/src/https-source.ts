import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { HttpsFetcher, type HttpsOptions, RequestRefused } from './https-fetch.ts';
import { KrillsyncError, messageOf, refuse, SourceMoved } from './krillsync-error.ts';
import {
  gzipFreeBytes,
  gzipMaxRatio,
  notificationMaxBytes,
  sourceLimits,
  validatorMaxBytes,
} from './limits.ts';
import type { Source, SourceFile } from './source.ts';
import type { AnswerMemory, RememberedAnswer } from './source-memory.ts';

export interface HttpsSourceOptions extends HttpsOptions {
  /** Where the files are; ends in a slash. */
  readonly base: string;
  /** Name of the notification, the only file that is asked for conditionally (RFC 9110, 13). */
  readonly notification: string;
  readonly memory: AnswerMemory;
}

/** Reads a publication server's RRDP files over https. */
export function httpsSource(options: HttpsSourceOptions): Source & { close(): void } {
  const fetcher = new HttpsFetcher(options);
  const base = new URL(options.base);
  const news = new News(fetcher, new URL(options.notification, base), options.memory);
  return {
    name: options.base,
    async open(path) {
      if (path === options.notification) return news.open();
      const url = new URL(path, base);
      return fileOf(url, await fetcher.get(url, {}));
    },
    stamp: () => news.stamp(),
    close: () => fetcher.close(),
  };
}

/** The notification, which is transferred only when it changed. */
class News {
  readonly #fetcher: HttpsFetcher;
  readonly #url: URL;
  readonly #memory: AnswerMemory;
  #last: RememberedAnswer | undefined;
  /** Fetched for a stamp, and not opened since. */
  #isUnread = false;

  constructor(fetcher: HttpsFetcher, url: URL, memory: AnswerMemory) {
    this.#fetcher = fetcher;
    this.#url = url;
    this.#memory = memory;
  }

  async stamp(): Promise<string> {
    const { etag = '', lastModified = '', body } = await this.#ask();
    this.#isUnread = true;
    return `${etag} ${lastModified} ${body.length} ${body.toString('latin1', 0, 400)}`;
  }

  async open(): Promise<SourceFile> {
    const answer = this.#isUnread && this.#last ? this.#last : await this.#ask();
    this.#isUnread = false;
    return {
      mtime: secondsOf(answer.lastModified),
      async *chunks() {
        yield answer.body;
      },
      async close() {},
    };
  }

  async #ask(): Promise<RememberedAnswer> {
    const last = this.#last ?? this.#memory.recall(this.#url.href);
    const response = await this.#request(conditions(last));
    if (response.statusCode === 304) {
      response.resume();
      if (!last) throw refuse(`${this.#url.href} answers 304 to a request without conditions`);
      this.#last = last;
      return last;
    }
    const { etag, 'last-modified': lastModified } = response.headers;
    const body = await wholeBody(this.#url, response);
    this.#last = { url: this.#url.href, etag, lastModified, body };
    if (etag !== undefined || lastModified !== undefined) this.#memory.keep(this.#last);
    return this.#last;
  }

  /** Conditions that the source does not take are forgotten: they would block it for ever. */
  async #request(asked: Record<string, string>): Promise<IncomingMessage> {
    try {
      return await this.#fetcher.get(this.#url, asked);
    } catch (error) {
      if (!(error instanceof RequestRefused) || Object.keys(asked).length === 0) throw error;
      this.#last = undefined;
      this.#memory.forget();
      return this.#fetcher.get(this.#url, {});
    }
  }
}

function conditions(last: RememberedAnswer | undefined): Record<string, string> {
  return {
    ...(isShort(last?.etag) ? { 'if-none-match': last.etag } : {}),
    ...(isShort(last?.lastModified) ? { 'if-modified-since': last.lastModified } : {}),
  };
}

const isShort = (validator: string | undefined): validator is string =>
  validator !== undefined && validator.length <= validatorMaxBytes;

async function wholeBody(url: URL, response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of bodyOf(url, response, notificationMaxBytes)) {
    size += chunk.length;
    parts.push(chunk);
  }
  return Buffer.concat(parts, size);
}

function fileOf(url: URL, response: IncomingMessage): SourceFile {
  return {
    mtime: secondsOf(response.headers['last-modified']),
    chunks: () => bodyOf(url, response, sourceLimits.fileMaxBytes),
    async close() {
      // A body that was not read to its end makes the connection useless.
      if (!response.complete) response.destroy();
    },
  };
}

/** Limited in size, packed and unpacked, for what is announced and for what comes. */
async function* bodyOf(url: URL, response: IncomingMessage, most: number): AsyncGenerator<Buffer> {
  const tooLarge = () => refuse(`${url.href} is larger than ${most} bytes`);
  if (Number(response.headers['content-length'] ?? 0) > most) {
    response.destroy();
    throw tooLarge();
  }
  let size = 0;
  try {
    const { stream, packedSize } = unpacked(url, response);
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > most) throw tooLarge();
      if (size > gzipFreeBytes && size > packedSize() * gzipMaxRatio) {
        throw refuse(`${url.href} grows more than ${gzipMaxRatio} times when it is unpacked`);
      }
      yield chunk;
    }
  } catch (cause) {
    response.destroy();
    if (cause instanceof KrillsyncError) throw cause;
    throw new SourceMoved(`${url.href} broke off after ${size} bytes: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function unpacked(
  url: URL,
  response: IncomingMessage,
): { stream: AsyncIterable<Buffer>; packedSize: () => number } {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return { stream: response, packedSize: () => Infinity };
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw refuse(`${url.href} comes with content-encoding ${JSON.stringify(encoding)}`);
  }
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  pipeline(response, gunzip, () => {});
  return { stream: gunzip, packedSize: () => gunzip.bytesWritten };
}

/** @returns seconds since 1970, or undefined when there is no usable time. */
function secondsOf(lastModified: string | undefined): number | undefined {
  const seconds = Math.floor(Date.parse(lastModified ?? '') / 1000);
  return seconds >= 0 && seconds < 2 ** 32 ? seconds : undefined;
}
