import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const namespace = 'http://www.ripe.net/rpki/rrdp';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface RrdpRepositoryOptions {
  /** Where the files go: the directory that stands for the notification URI's own. */
  readonly dir: string;
  readonly notificationUri?: string;
  /** Deltas that the notification names at most. */
  readonly keepDeltas?: number;
  /** Whether snapshots that are no longer named stay; publication servers remove them at once. */
  readonly keepOldSnapshots?: boolean;
}

interface NamedFile {
  readonly serial: number;
  readonly uri: string;
  readonly path: string;
  readonly hash: string;
}

/**
 * A publication server's RRDP output (RFC 8182), for tests: real files, correct hashes, objects of
 * any bytes. Changes collect until `commit`, which makes them one serial.
 */
export class RrdpRepository {
  readonly notificationUri: string;
  readonly dir: string;
  readonly #keepDeltas: number;
  readonly #keepOldSnapshots: boolean;
  readonly #objects = new Map<string, Buffer>();
  #changes: string[] = [];
  #deltas: NamedFile[] = [];
  #snapshot: NamedFile | undefined;
  #session: string = randomUUID();
  #serial = 0;

  constructor(options: RrdpRepositoryOptions) {
    this.dir = options.dir;
    this.notificationUri =
      options.notificationUri ?? 'https://rrdp.example.net/rrdp/notification.xml';
    this.#keepDeltas = options.keepDeltas ?? 10;
    this.#keepOldSnapshots = options.keepOldSnapshots ?? false;
  }

  get session(): string {
    return this.#session;
  }

  get serial(): number {
    return this.#serial;
  }

  /** By rsync URI, as of now; changes that are not committed yet are in it. */
  get objects(): ReadonlyMap<string, Buffer> {
    return this.#objects;
  }

  /** Adds an object or replaces it. */
  publish(uri: string, content: Uint8Array | string): this {
    const bytes = Buffer.from(content);
    const old = this.#objects.get(uri);
    const replaces = old ? ` hash="${sha256(old)}"` : '';
    this.#changes.push(publishElement(uri, bytes, replaces));
    this.#objects.set(uri, bytes);
    return this;
  }

  withdraw(uri: string): this {
    const old = this.#objects.get(uri);
    if (!old) throw new Error(`${uri} is not published`);
    this.#changes.push(`<withdraw uri="${uri}" hash="${sha256(old)}"/>`);
    this.#objects.delete(uri);
    return this;
  }

  /** Writes the next serial: delta, snapshot, and the notification last. */
  commit(): this {
    this.#serial += 1;
    if (this.#serial > 1 && this.#changes.length > 0) {
      this.#deltas = [this.#write('delta', this.#changes), ...this.#deltas];
    } else this.#deltas = [];
    this.#deltas = this.#deltas.slice(0, this.#keepDeltas);
    this.#changes = [];
    const old = this.#snapshot;
    const elements = [...this.#objects].map(([uri, bytes]) => publishElement(uri, bytes, ''));
    this.#snapshot = this.#write('snapshot', elements);
    this.writeNotification(this.notification());
    if (old && !this.#keepOldSnapshots) rmSync(join(this.dir, old.path));
    return this;
  }

  /** A new session with the same objects, at serial 1 with the next commit. */
  resetSession(): this {
    this.#session = randomUUID();
    this.#serial = 0;
    this.#deltas = [];
    return this;
  }

  /** The notification's text for the last commit. */
  notification(): string {
    const { uri, hash } = this.#snapshot ?? { uri: '', hash: '' };
    const deltas = this.#deltas.map(
      (delta) => `<delta serial="${delta.serial}" uri="${delta.uri}" hash="${delta.hash}"/>`,
    );
    const elements = [`<snapshot uri="${uri}" hash="${hash}"/>`, ...deltas];
    return document('notification', this.#session, this.#serial, elements);
  }

  /** Replaces the notification file, by rename, with any text: also one that is not valid. */
  writeNotification(text: string): void {
    const name = this.notificationUri.slice(this.notificationUri.lastIndexOf('/') + 1);
    const path = join(this.dir, name);
    mkdirSync(this.dir, { recursive: true });
    writeFileSync(`${path}.new`, text, 'latin1');
    renameSync(`${path}.new`, path);
  }

  /** Replaces the snapshot of the last commit and names it with its right hash. */
  writeSnapshot(text: string): void {
    if (!this.#snapshot) throw new Error('nothing is committed yet');
    const bytes = Buffer.from(text, 'latin1');
    writeFileSync(join(this.dir, this.#snapshot.path), bytes);
    this.#snapshot = { ...this.#snapshot, hash: sha256(bytes) };
    this.writeNotification(this.notification());
  }

  /** Replaces the newest delta and names it with its right hash. */
  writeDelta(text: string): void {
    const [newest, ...others] = this.#deltas;
    if (!newest) throw new Error('there is no delta');
    const bytes = Buffer.from(text, 'latin1');
    writeFileSync(join(this.dir, newest.path), bytes);
    this.#deltas = [{ ...newest, hash: sha256(bytes) }, ...others];
    this.writeNotification(this.notification());
  }

  /** A snapshot or delta document of the last commit with these elements. */
  document(kind: 'snapshot' | 'delta', elements: readonly string[]): string {
    return document(kind, this.#session, this.#serial, elements);
  }

  /** Gives all files named now this time, in seconds since 1970. */
  touch(mtime: number): void {
    const name = this.notificationUri.slice(this.notificationUri.lastIndexOf('/') + 1);
    const paths = [this.#snapshot, ...this.#deltas].flatMap((file) => (file ? [file.path] : []));
    for (const path of [name, ...paths]) utimesSync(join(this.dir, path), mtime, mtime);
  }

  /** Paths below the directory of the files that the notification names, snapshot first. */
  get paths(): readonly string[] {
    return [this.#snapshot, ...this.#deltas].flatMap((file) => (file ? [file.path] : []));
  }

  #write(kind: 'snapshot' | 'delta', elements: readonly string[]): NamedFile {
    const serial = this.#serial;
    const unpredictable = randomBytes(8).toString('hex');
    const path = `${this.#session}/${serial}/${unpredictable}/${kind}.xml`;
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    const hash = createHash('sha256');
    const fd = openSync(join(this.dir, path), 'w');
    for (const part of inParts(this.document(kind, ['']).split('\n\n'), elements)) {
      const bytes = Buffer.from(part, 'latin1');
      hash.update(bytes);
      writeSync(fd, bytes);
    }
    closeSync(fd);
    const base = this.notificationUri.slice(0, this.notificationUri.lastIndexOf('/') + 1);
    return { serial, uri: base + path, path, hash: hash.digest('hex') };
  }
}

/** A document by parts: with half a million objects it is longer than a string can be. */
function* inParts([head, tail]: readonly string[], elements: readonly string[]): Generator<string> {
  yield `${head}\n`;
  for (let at = 0; at < elements.length; at += 1000) {
    yield `${elements.slice(at, at + 1000).join('\n')}\n`;
  }
  yield tail ?? '';
}

const publishElement = (uri: string, bytes: Buffer, replaces: string): string =>
  `<publish uri="${uri}"${replaces}>${bytes.toString('base64')}</publish>`;

const document = (
  kind: string,
  session: string,
  serial: number,
  elements: readonly string[],
): string =>
  [
    `<${kind} xmlns="${namespace}" version="1" session_id="${session}" serial="${serial}">`,
    ...elements,
    `</${kind}>`,
    '',
  ].join('\n');
