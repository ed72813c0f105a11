import { createHash } from 'node:crypto';
import { NodeFetcher } from './node-fetcher.ts';
import { stateOf } from './tree-state.ts';

export interface MixedResult {
  readonly rounds: number;
  readonly serials: number;
  readonly snapshots: number;
  readonly deltas: number;
  /** Rounds in which a node offered an older serial than another one had before. */
  readonly backwards: number;
  /** Requests that were sent to another node because one could not be reached. */
  readonly unreachable: number;
  readonly failures: readonly string[];
}

interface FileReference {
  readonly serial: number;
  readonly path: string;
  readonly hash: string;
}

interface Offer {
  readonly session: string;
  readonly serial: number;
  readonly snapshot: FileReference;
  readonly deltas: readonly FileReference[];
}

/**
 * A relying party without a sticky balancer: the notification from one node, each file from another
 * one, chosen at random. What it gets has to be there, to have the right hash, and each state has to
 * follow from the one before: `replace` and `withdraw` name what is there.
 */
export class MixedClient {
  readonly #fetcher: NodeFetcher;
  readonly #failures: string[] = [];
  #session = '';
  #serial = 0;
  #objects = new Map<string, string>();
  #counts = { rounds: 0, snapshots: 0, deltas: 0, backwards: 0 };
  readonly #serials = new Set<number>();
  /** The serial by its state: what an rsync tree may be. */
  readonly states = new Map<string, number>();

  constructor(ips: readonly string[], ca: Buffer) {
    this.#fetcher = new NodeFetcher(ips, ca);
  }

  /** One round: the notification, what is new since the last, and one more of the files that it names. */
  async round(): Promise<void> {
    await this.#round().catch((error: unknown) => this.#fail(String(error)));
    this.#counts.rounds += 1;
  }

  /** As a relying party with an empty cache. */
  forget(): void {
    this.#session = '';
  }

  result(): MixedResult {
    const { unreachable } = this.#fetcher;
    const failures = this.#failures;
    return { ...this.#counts, serials: this.#serials.size, unreachable, failures };
  }

  close(): void {
    this.#fetcher.close();
  }

  async #round(): Promise<void> {
    const { status, body, from } = await this.#fetcher.get('/rrdp/notification.xml');
    if (status !== 200) return this.#fail(`${status} for the notification of ${from}`);
    const offer = parseOffer(body.toString('latin1'));
    const any = offer.deltas[Math.floor(Math.random() * offer.deltas.length)];
    if (any) await this.#file(any);
    if (offer.session === this.#session && offer.serial <= this.#serial) {
      if (offer.serial < this.#serial) this.#counts.backwards += 1;
      return;
    }
    const first = this.#serial + 1;
    const chain = offer.deltas.filter(({ serial }) => serial >= first);
    const isChain = chain.length === offer.serial - this.#serial;
    if (offer.session === this.#session && isChain)
      for (const delta of chain) await this.#apply(delta);
    else await this.#replace(offer);
  }

  async #replace(offer: Offer): Promise<void> {
    const text = await this.#file(offer.snapshot);
    if (text === undefined) return;
    this.#objects = new Map(publishes(text).map(({ uri, hash }) => [uri, hash]));
    this.#session = offer.session;
    this.#counts.snapshots += 1;
    this.#is(offer.serial);
  }

  async #apply(delta: FileReference): Promise<void> {
    const text = await this.#file(delta);
    if (text === undefined) {
      this.#session = '';
      return;
    }
    for (const { uri, hash, replaces } of publishes(text)) {
      if (this.#objects.get(uri) !== replaces)
        this.#fail(`delta ${delta.serial} replaces another ${uri}`);
      this.#objects.set(uri, hash);
    }
    for (const [, uri = '', hash] of text.matchAll(/<withdraw uri="([^"]+)" hash="([^"]+)"/g)) {
      if (this.#objects.get(uri) !== hash?.toLowerCase()) {
        this.#fail(`delta ${delta.serial} withdraws another ${uri}`);
      }
      this.#objects.delete(uri);
    }
    this.#counts.deltas += 1;
    this.#is(delta.serial);
  }

  #is(serial: number): void {
    this.#serial = serial;
    this.#serials.add(serial);
    this.states.set(stateOf(this.#objects), serial);
  }

  async #file({ path, hash, serial }: FileReference): Promise<string | undefined> {
    const { status, body, from } = await this.#fetcher.get(path);
    if (status !== 200) this.#fail(`${status} for ${path} (serial ${serial}) of ${from}`);
    else if (sha256(body) !== hash) this.#fail(`another hash for ${path} of ${from}`);
    else return body.toString('latin1');
    return undefined;
  }

  #fail(what: string): void {
    this.#failures.push(`${new Date().toISOString()} ${what}`);
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function parseOffer(text: string): Offer {
  const [, session = ''] = /session_id="([^"]+)"/.exec(text) ?? [];
  const [, serial] = /<notification[^>]* serial="(\d+)"/.exec(text) ?? [];
  const [, uri = '', hash = ''] = /<snapshot uri="([^"]+)" hash="([^"]+)"/.exec(text) ?? [];
  if (session === '' || serial === undefined || uri === '') throw new Error('not a notification');
  const deltas = [...text.matchAll(/<delta serial="(\d+)" uri="([^"]+)" hash="([^"]+)"/g)];
  const version = Number(serial);
  return {
    session,
    serial: version,
    snapshot: { serial: version, path: new URL(uri).pathname, hash: hash.toLowerCase() },
    deltas: deltas
      .map(([, number, at = '', its = '']) => ({
        serial: Number(number),
        path: new URL(at).pathname,
        hash: its.toLowerCase(),
      }))
      .toSorted((a, b) => a.serial - b.serial),
  };
}

function publishes(text: string) {
  const found = text.matchAll(/<publish uri="([^"]+)"(?: hash="([^"]+)")?>([^<]*)<\/publish>/g);
  return [...found].map(([, uri = '', replaces, content = '']) => ({
    uri,
    replaces: replaces?.toLowerCase(),
    hash: sha256(Buffer.from(content, 'base64')),
  }));
}
