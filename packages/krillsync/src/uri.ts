import { refuse } from './krillsync-error.ts';
import { segmentMaxBytes, segmentsMaxCount, uriMaxBytes } from './limits.ts';

/** An rsync URI that is safe to turn into a path: `rsync://authority/module/path`. */
export interface RsyncUri {
  readonly text: string;
  /** Lower case, with its port if there is one. */
  readonly authority: string;
  readonly module: string;
  /** Relative, one strict segment after the other, never empty. */
  readonly path: string;
}

const authorityPattern =
  /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::[1-9]\d{0,4})?$/;
const portMax = 65_535;
// RFC 3986 "pchar": no control or white space characters, backslash, query or fragment. A percent
// sign stays as it is, for nothing here or in rsync ever decodes it.
const segmentPattern = /^[A-Za-z0-9._~!$&'()*+,;=:@%-]+$/;

/** Why a path segment cannot be used as a file name, or undefined if it can. */
function segmentFault(segment: string): string | undefined {
  if (segment === '') return 'has an empty path segment';
  if (segment === '.' || segment === '..') return `has the path segment "${segment}"`;
  if (segment.length > segmentMaxBytes) return `has a name longer than ${segmentMaxBytes} bytes`;
  if (!segmentPattern.test(segment)) return 'has a character that is not allowed in a path';
  return undefined;
}

/** A URI in a message: quoted, control characters visible, not endless. */
export const showUri = (text: string): string =>
  JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);

export const withoutCredentials = (uri: string): string =>
  uri.replace(/^([a-z]+:\/\/)[^/?#]*@/i, '$1');

function strictSegments(text: string, segments: readonly string[]): void {
  if (segments.length > segmentsMaxCount) {
    throw refuse(`URI ${showUri(text)} has more than ${segmentsMaxCount} path segments`);
  }
  for (const segment of segments) {
    const fault = segmentFault(segment);
    if (fault) throw refuse(`URI ${showUri(text)} ${fault}`);
  }
}

function authorityAndPath(text: string, scheme: 'rsync' | 'https'): [string, string] {
  if (text.length > uriMaxBytes) {
    throw refuse(`URI ${showUri(text)} is longer than ${uriMaxBytes} bytes`);
  }
  const start = scheme.length + 3;
  if (text.slice(0, start).toLowerCase() !== `${scheme}://`) {
    throw refuse(`URI ${showUri(text)} does not start with ${scheme}://`);
  }
  const slash = text.indexOf('/', start);
  const authority = text.slice(start, slash < 0 ? undefined : slash).toLowerCase();
  if (!authorityPattern.test(authority)) {
    throw refuse(`URI ${showUri(text)} has no valid host name`);
  }
  if (Number(authority.split(':')[1] ?? 0) > portMax) {
    throw refuse(`URI ${showUri(text)} has a port above ${portMax}`);
  }
  return [authority, slash < 0 ? '' : text.slice(slash + 1)];
}

/** @throws KrillsyncError naming the URI and the reason when it is not strictly of the form. */
export function parseRsyncUri(text: string): RsyncUri {
  const [authority, rest] = authorityAndPath(text, 'rsync');
  const segments = rest.split('/');
  strictSegments(text, segments);
  const [module, ...path] = segments;
  if (!module || path.length === 0) {
    throw refuse(`URI ${showUri(text)} does not name a file in a module`);
  }
  return { text, authority, module, path: path.join('/') };
}

/** Parses URIs of which many are in the same directories: what was strict once is so again. */
export class RsyncUris {
  /** By all that is before the last segment. */
  readonly #directories = new Map<string, Omit<RsyncUri, 'text'>>();

  /** The same as `parseRsyncUri`. */
  parse(text: string): RsyncUri {
    const slash = text.lastIndexOf('/') + 1;
    const known = this.#directories.get(text.slice(0, slash));
    const name = text.slice(slash);
    if (!known || text.length > uriMaxBytes || !isUsualName(name)) return this.#remember(text);
    const { authority, module, path } = known;
    return { text, authority, module, path: path + name };
  }

  #remember(text: string): RsyncUri {
    const uri = parseRsyncUri(text);
    if (this.#directories.size >= rememberedMaxCount) this.#directories.clear();
    const { authority, module, path } = uri;
    const directory = path.slice(0, path.lastIndexOf('/') + 1);
    const before = text.slice(0, text.lastIndexOf('/') + 1);
    this.#directories.set(before, { authority, module, path: directory });
    return uri;
  }
}

const rememberedMaxCount = 2000;
const isUsualName = (name: string): boolean =>
  name.length <= segmentMaxBytes && name !== '..' && name !== '.' && segmentPattern.test(name);

/** Beside a file: the same content for web servers that look for it (NGINX: gzip_static). */
export const compressedSuffix = '.gz';

/** The public URI of the notification file, taken apart. */
export interface NotificationUri {
  readonly text: string;
  /** `https://host[:port]`, lower case. */
  readonly origin: string;
  /** The path segments up to the file, without it. */
  readonly base: readonly string[];
  /** The last path segment: the notification's file name here and at the source. */
  readonly fileName: string;
}

/** @throws KrillsyncError when it is not an https URI that ends in a file name. */
export function parseNotificationUri(text: string): NotificationUri {
  const [authority, rest] = authorityAndPath(text, 'https');
  const segments = rest.split('/');
  strictHttpsSegments(text, segments);
  return {
    text,
    origin: `https://${authority.replace(/:443$/, '')}`,
    base: segments.slice(0, -1),
    fileName: segments.at(-1) ?? '',
  };
}

/**
 * Path below the notification's base of a snapshot or delta URI. Same scheme, host and port as the
 * notification (RFC 9674), and below its directory, for that is what we serve. Names of compressed
 * copies are ours.
 */
export function relativePath(text: string, notification: NotificationUri): string {
  const [authority, rest] = authorityAndPath(text, 'https');
  if (`https://${authority.replace(/:443$/, '')}` !== notification.origin) {
    throw refuse(`URI ${showUri(text)} is not of the notification's origin ${notification.origin}`);
  }
  const segments = rest.split('/');
  strictHttpsSegments(text, segments);
  const { base } = notification;
  if (segments.length <= base.length || base.some((segment, i) => segments[i] !== segment)) {
    throw refuse(`URI ${showUri(text)} is not below the notification's directory`);
  }
  const path = segments.slice(base.length);
  if (path.some((segment) => segment.endsWith(compressedSuffix))) {
    throw refuse(`URI ${showUri(text)} has a name that ends in ${compressedSuffix}`);
  }
  return path.join('/');
}

/**
 * HTTP servers decode percent signs, so such a path would not name the same file to every client;
 * names with a leading dot are kept for our own staging.
 */
function strictHttpsSegments(text: string, segments: readonly string[]): void {
  strictSegments(text, segments);
  if (segments.some((segment) => segment.includes('%') || segment.startsWith('.'))) {
    throw refuse(`URI ${showUri(text)} has a percent sign or a leading dot in its path`);
  }
}
