import { refuse } from './krillsync-error.ts';
import { deltasMaxCount } from './limits.ts';
import { exactAttributes, parseHash, parseRoot, parseSerial, type Version } from './rrdp-root.ts';
import { type Attributes, isBlank, type RrdpHandler, RrdpScanner } from './rrdp-scanner.ts';
import { type NotificationUri, relativePath, showUri } from './uri.ts';

/** A snapshot or delta file as the notification names it. */
export interface FileReference {
  readonly uri: string;
  /** Below the notification's directory, strict segments only. */
  readonly path: string;
  /** SHA-256, lower-case hex. */
  readonly hash: string;
}

export interface DeltaReference extends FileReference {
  readonly serial: number;
}

export interface Notification extends Version {
  readonly snapshot: FileReference;
  /** Newest first, contiguous, the first one of the notification's own serial. */
  readonly deltas: readonly DeltaReference[];
}

/**
 * Parses and checks a notification file (RFC 8182, 3.5.1; RFC 9674).
 *
 * @param what names the file in error messages.
 * @throws KrillsyncError when anything in it is not as the standard says.
 */
export function parseNotification(what: string, bytes: Buffer, uri: NotificationUri): Notification {
  const reader = new NotificationReader(what, uri);
  const scanner = new RrdpScanner(what, reader);
  scanner.write(bytes);
  scanner.end();
  return reader.finish();
}

class NotificationReader implements RrdpHandler {
  readonly #what: string;
  readonly #uri: NotificationUri;
  #version: Version | undefined;
  #snapshot: FileReference | undefined;
  readonly #deltas: DeltaReference[] = [];

  constructor(what: string, uri: NotificationUri) {
    this.#what = what;
    this.#uri = uri;
  }

  root(name: string, attributes: Attributes): void {
    this.#version = parseRoot(this.#what, 'notification', name, attributes);
  }

  element(name: string, attributes: Attributes, body: Buffer): void {
    if (!isBlank(body)) throw refuse(`${this.#what}: text in <${name}>`);
    if (name === 'snapshot') this.#takeSnapshot(attributes);
    else if (name === 'delta') this.#takeDelta(attributes);
    else throw refuse(`${this.#what}: unknown element <${name}>`);
  }

  #takeSnapshot(attributes: Attributes): void {
    if (this.#snapshot) throw refuse(`${this.#what}: more than one snapshot`);
    const what = `${this.#what}: snapshot`;
    const [uri = '', hash = ''] = exactAttributes(what, attributes, 'uri', 'hash');
    this.#snapshot = this.#reference(uri, parseHash(what, hash));
  }

  #takeDelta(attributes: Attributes): void {
    const what = `${this.#what}: delta`;
    const names = ['serial', 'uri', 'hash'];
    const [serial = '', uri = '', hash = ''] = exactAttributes(what, attributes, ...names);
    const reference = this.#reference(uri, parseHash(what, hash));
    this.#deltas.push({ serial: parseSerial(what, serial), ...reference });
    if (this.#deltas.length > deltasMaxCount) {
      throw refuse(`${this.#what}: more than ${deltasMaxCount} deltas`);
    }
  }

  #reference(uri: string, hash: string): FileReference {
    return { uri, path: relativePath(uri, this.#uri), hash };
  }

  finish(): Notification {
    if (!this.#version || !this.#snapshot) throw refuse(`${this.#what}: no snapshot`);
    const deltas = this.#deltas.toSorted((a, b) => b.serial - a.serial);
    requireContiguous(this.#what, this.#version.serial, deltas);
    requireDistinct([this.#snapshot, ...deltas], this.#uri.fileName);
    return { ...this.#version, snapshot: this.#snapshot, deltas };
  }
}

/** RFC 8182, 3.5.1.3: deltas form one chain that ends at the notification's serial. */
function requireContiguous(what: string, serial: number, deltas: readonly DeltaReference[]): void {
  deltas.forEach((delta, i) => {
    if (delta.serial !== serial - i) {
      throw refuse(`${what}: no delta ${serial - i} of the chain up to ${serial}`);
    }
  });
}

/** Every file a place of its own, and none where another needs a directory. */
function requireDistinct(files: readonly FileReference[], notificationName: string): void {
  const taken = new Set([notificationName]);
  for (const { path, uri } of files) {
    if (taken.has(path)) throw refuse(`URI ${showUri(uri)} is named twice`);
    taken.add(path);
  }
  for (const { path, uri } of files) {
    const isDirectory = parents(path).some((parent) => taken.has(parent));
    if (isDirectory) throw refuse(`URI ${showUri(uri)} is below the path of another file`);
  }
}

const parents = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, i, all) => all.slice(0, i + 1).join('/'));

/** A notification with fewer deltas, as a file. */
export function formatNotification({ session, serial, snapshot, deltas }: Notification): Buffer {
  const root = `<notification xmlns="http://www.ripe.net/rpki/rrdp" version="1" session_id="${session}" serial="${serial}">`;
  const lines = [
    root,
    `  <snapshot uri="${snapshot.uri}" hash="${snapshot.hash}"/>`,
    ...deltas.map((d) => `  <delta serial="${d.serial}" uri="${d.uri}" hash="${d.hash}"/>`),
    '</notification>',
    '',
  ];
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** What we serve: the very bytes of the source unless deltas have to be left out. */
export interface Offer {
  readonly notification: Notification;
  readonly bytes: Buffer;
}

/** The offer with its newest `most` deltas at most. */
export function trimDeltas<T extends Offer>(offer: T, most: number | undefined): T {
  const { notification } = offer;
  if (most === undefined || notification.deltas.length <= most) return offer;
  const trimmed = { ...notification, deltas: notification.deltas.slice(0, most) };
  return { ...offer, notification: trimmed, bytes: formatNotification(trimmed) };
}

/** The offer without the deltas that lead only to the newest one of these (by SHA-256). */
export function withoutRefused<T extends Offer>(offer: T, refused: ReadonlyMap<string, string>): T {
  const first = offer.notification.deltas.findIndex(({ hash }) => refused.has(hash));
  return first < 0 ? offer : trimDeltas(offer, first);
}
