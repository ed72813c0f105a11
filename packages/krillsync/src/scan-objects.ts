import { refuse } from './krillsync-error.ts';
import { objectMaxBytes } from './limits.ts';
import { exactAttributes, parseHash, parseRoot, type Version } from './rrdp-root.ts';
import { type Attributes, isBlank, type RrdpHandler } from './rrdp-scanner.ts';
import { parseRsyncUri, type RsyncUri, RsyncUris, showUri } from './uri.ts';

export interface ObjectSink {
  /**
   * @param content valid only during the call.
   * @param replaces hash of the object that this one replaces; never in a snapshot.
   */
  publish(uri: RsyncUri, content: Buffer, replaces: string | undefined): void;
  withdraw(uri: RsyncUri, hash: string): void;
}

/** For files that are only checked. */
export const ignoreObjects: ObjectSink = { publish: () => {}, withdraw: () => {} };

/**
 * Reads the objects of a snapshot or delta (RFC 8182, 3.5.2 and 3.5.3) into `sink`, one at a time.
 * Session and serial must be those that the notification promised.
 */
export function objectHandler(
  kind: 'snapshot' | 'delta',
  what: string,
  promised: Version,
  sink: ObjectSink,
): RrdpHandler {
  const scratch = new Scratch();
  const uris = new RsyncUris();
  return {
    root(name, attributes) {
      const { session, serial } = parseRoot(what, kind, name, attributes);
      if (session !== promised.session || serial !== promised.serial) {
        throw refuse(
          `${what}: is of session ${session} serial ${serial}, promised were ${promised.session} and ${promised.serial}`,
        );
      }
    },
    element(name, attributes, body) {
      if (name === 'publish') publish(kind, what, attributes, body, sink, scratch);
      else if (name === 'withdraw' && kind === 'delta') withdraw(what, attributes, body, sink);
      else throw refuse(`${what}: unknown element <${name}>`);
    },
    publish(text, body) {
      const uri = uris.parse(text);
      sink.publish(uri, decodeBase64(what, text, body, scratch), undefined);
    },
  };
}

function publish(
  kind: 'snapshot' | 'delta',
  what: string,
  attributes: Attributes,
  body: Buffer,
  sink: ObjectSink,
  scratch: Scratch,
): void {
  const replaced = kind === 'delta' ? attributes.get('hash') : undefined;
  const names = replaced === undefined ? ['uri'] : ['uri', 'hash'];
  const [text = ''] = exactAttributes(`${what}: publish`, attributes, ...names);
  const uri = parseRsyncUri(text);
  const content = decodeBase64(what, text, body, scratch);
  sink.publish(uri, content, replaced === undefined ? undefined : parseHash(what, replaced));
}

function withdraw(what: string, attributes: Attributes, body: Buffer, sink: ObjectSink): void {
  const [text = '', hash = ''] = exactAttributes(`${what}: withdraw`, attributes, 'uri', 'hash');
  const uri = parseRsyncUri(text);
  if (!isBlank(body)) throw refuse(`${what}: text in the withdrawal of ${showUri(text)}`);
  sink.withdraw(uri, parseHash(what, hash));
}

const whiteSpace = /[ \t\r\n]+/g;

function decodeBase64(what: string, uri: string, body: Buffer, scratch: Scratch): Buffer {
  const text = body.toString('latin1');
  const content =
    strictBase64(text, scratch) ?? strictBase64(text.replace(whiteSpace, ''), scratch);
  if (!content) throw refuse(`${what}: the content of ${showUri(uri)} is not base64`);
  if (content.length > objectMaxBytes) {
    throw refuse(`${what}: ${showUri(uri)} is larger than ${objectMaxBytes} bytes`);
  }
  return content;
}

/**
 * Node's decoder skips what it does not know, so the size of the result tells whether there was
 * any; a regular expression over the text takes ten times longer. It also knows the URL alphabet.
 */
function strictBase64(text: string, scratch: Scratch): Buffer | undefined {
  if (text.length % 4 !== 0 || text.includes('-') || text.includes('_')) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const size = (text.length / 4) * 3 - padding;
  const space = scratch.ofSize(size);
  return space.write(text, 'base64') === size && decodesNoMore(text, padding) ? space : undefined;
}

/** The space is not larger than the result has to be, so padding has to be where it belongs. */
const decodesNoMore = (text: string, padding: number): boolean =>
  padding === 0 || text.indexOf('=') === text.length - padding;

/** One buffer for all objects of a file, one after the other, instead of as many as there are. */
class Scratch {
  #buffer = Buffer.alloc(64 * 1024);

  ofSize(size: number): Buffer {
    if (size > this.#buffer.length) this.#buffer = Buffer.alloc(Math.ceil(size * 1.5));
    return this.#buffer.subarray(0, size);
  }
}
