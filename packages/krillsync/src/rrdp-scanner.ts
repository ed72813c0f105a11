import { isAscii } from 'node:buffer';
import { refuse } from './krillsync-error.ts';
import { objectMaxBytes, sourceLimits, tagMaxBytes } from './limits.ts';

export type Attributes = ReadonlyMap<string, string>;

export interface RrdpHandler {
  root(name: string, attributes: Attributes): void;
  /** Called when the element is complete. `body` is its raw text, valid only during the call. */
  element(name: string, attributes: Attributes, body: Buffer): void;
  /** The same for a publish element with a URI and nothing else, if there is a shorter way. */
  publish?(uri: string, body: Buffer): void;
}

/** Base64 takes four bytes for three, and some servers break the lines. */
const bodyMaxBytes = Math.ceil(objectMaxBytes * 1.4);
const { elementsMaxCount } = sourceLimits;
const lessThan = 0x3c;
const empty = Buffer.alloc(0);

const declaration = /^<\?xml\s+version=(["'])1\.0\1(\s+[a-z]+=(["'])[A-Za-z0-9._-]*\3)*\s*\?>$/;
const tag = /^<(\/?)([a-z_]+)((?:\s+[A-Za-z_][\w:.-]*\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*)\s*(\/?)>$/;
const usualTag = /^<publish uri="([^"<&]*)">$/;
const usualEnd = Buffer.from('</publish>');
const greaterThan = 0x3e;
const attribute = /([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

type Where = 'prolog' | 'root' | 'element' | 'epilog';

/**
 * Streaming scanner for RRDP's narrow XML (RFC 8182, 3.5): one root, elements without children in
 * it, text only in those. No document type, entities, CDATA or processing instructions, US-ASCII
 * only, everything limited. Memory is one element at most.
 *
 * Every fault throws a KrillsyncError that says at which byte.
 */
export class RrdpScanner {
  readonly #what: string;
  readonly #handler: RrdpHandler;
  #pending: Buffer = empty;
  /** Bytes of the document that are before the data now looked at. */
  #before = 0;
  #at = 0;
  #where: Where = 'prolog';
  #rootName = '';
  #elementName = '';
  #attributes: Attributes = new Map();
  #body: Buffer = empty;
  #elements = 0;

  /**
   * @param within when the data does not begin with the document but between two elements: their
   * root's name, and how many bytes are before.
   */
  constructor(what: string, handler: RrdpHandler, within?: { root: string; before: number }) {
    this.#what = what;
    this.#handler = handler;
    if (!within) return;
    this.#where = 'root';
    this.#rootName = within.root;
    this.#before = within.before;
  }

  /** Scans the next piece. The buffer may be used again by the caller afterwards. */
  write(chunk: Buffer): void {
    if (!isAscii(chunk)) throw this.#fault('a byte that is not US-ASCII');
    const joined = this.#pending.length > 0;
    const data = joined ? Buffer.concat([this.#pending, chunk]) : chunk;
    this.#at = 0;
    for (;;) {
      const next = this.#token(data);
      if (next === undefined) break;
      this.#at = next;
    }
    this.#keep(data);
  }

  /** @throws KrillsyncError if the document is not complete. */
  end(): void {
    if (this.#where !== 'epilog' || !isBlank(this.#pending)) {
      throw this.#fault('the end, before the document was complete');
    }
  }

  /** @throws KrillsyncError if this is not between two elements, where another scanner may go on. */
  pause(): void {
    if (this.#where !== 'root' || !isBlank(this.#pending)) {
      throw this.#fault('the end of a piece, inside an element');
    }
  }

  #keep(data: Buffer): void {
    const rest = data.subarray(this.#at);
    const limit = this.#where === 'element' ? bodyMaxBytes : tagMaxBytes;
    if (rest.length > limit) throw this.#fault(`more than ${limit} bytes without an end`);
    this.#pending = Buffer.from(rest);
    // Its closing tag comes with the next chunk, for which the caller may use this buffer again.
    if (this.#body.length > 0) this.#body = Buffer.from(this.#body);
    this.#before += this.#at;
    this.#at = 0;
  }

  /** Takes one token; returns where the next one starts, or undefined if this one is incomplete. */
  #token(data: Buffer): number | undefined {
    const at = this.#at;
    if (at === data.length) return undefined;
    if (data[at] !== lessThan) return this.#text(data);
    // Enough to tell a tag from a comment and a declaration.
    if (data.length - at < 4) return undefined;
    const second = data[at + 1];
    if (second === 0x70 && this.#where === 'root')
      return this.#usualElement(data) ?? this.#tag(data);
    if (second === 0x21) return this.#comment(data);
    if (second === 0x3f) return this.#declaration(data);
    return this.#tag(data);
  }

  #text(data: Buffer): number | undefined {
    const end = data.indexOf(lessThan, this.#at);
    if (end < 0) return undefined;
    const text = data.subarray(this.#at, end);
    if (this.#where !== 'element') {
      if (!isBlank(text)) throw this.#fault('text outside an element');
      return end;
    }
    if (text.length > bodyMaxBytes) throw this.#fault(`an element above ${bodyMaxBytes} bytes`);
    this.#body = text;
    return end;
  }

  #comment(data: Buffer): number | undefined {
    const at = this.#at;
    if (data.toString('latin1', at, at + 4) !== '<!--') {
      throw this.#fault('a document type, CDATA section or entity');
    }
    if (this.#where === 'element') throw this.#fault('a comment inside an element');
    return this.#closing(data, '-->', at + 4);
  }

  #declaration(data: Buffer): number | undefined {
    if (this.#before + this.#at !== 0) throw this.#fault('a processing instruction');
    const end = this.#closing(data, '?>', 2);
    if (end !== undefined && !declaration.test(data.toString('latin1', 0, end))) {
      throw this.#fault('an XML declaration that is not valid');
    }
    return end;
  }

  #closing(data: Buffer, mark: string, from: number): number | undefined {
    const found = data.indexOf(mark, from, 'latin1');
    if (found < 0) return undefined;
    const end = found + mark.length;
    if (end - this.#at > tagMaxBytes) throw this.#fault(`markup above ${tagMaxBytes} bytes`);
    return end;
  }

  #tag(data: Buffer): number | undefined {
    const end = this.#closing(data, '>', this.#at + 1);
    if (end === undefined) return undefined;
    const text = data.toString('latin1', this.#at, end);
    const match = tag.exec(text);
    if (!match) throw this.#fault('a tag that is not valid');
    const [, closes, name = '', attributes = '', isEmpty] = match;
    if (closes && (attributes || isEmpty)) throw this.#fault('a tag that is not valid');
    if (closes) this.#close(name);
    else this.#open(name, this.#parseAttributes(attributes), Boolean(isEmpty));
    return end;
  }

  /**
   * Nearly all elements of a snapshot are like this one: the same outcome as with the grammar, in a
   * fraction of the time. Undefined for all others, and when it is not whole.
   */
  #usualElement(data: Buffer): number | undefined {
    const publish = this.#handler.publish;
    const tagEnd = data.indexOf(greaterThan, this.#at) + 1;
    if (!publish || tagEnd === 0 || tagEnd - this.#at > tagMaxBytes) return undefined;
    const bodyEnd = data.indexOf(lessThan, tagEnd);
    if (bodyEnd < 0 || bodyEnd - tagEnd > bodyMaxBytes || !endsAt(data, bodyEnd)) return undefined;
    const uri = usualTag.exec(data.toString('latin1', this.#at, tagEnd))?.[1];
    if (uri === undefined) return undefined;
    this.#countElement();
    publish(uri, data.subarray(tagEnd, bodyEnd));
    return bodyEnd + usualEnd.length;
  }

  #parseAttributes(text: string): Attributes {
    const attributes = new Map<string, string>();
    for (const [, name = '', double, single] of text.matchAll(attribute)) {
      if (attributes.has(name)) throw this.#fault(`the attribute "${name}" twice`);
      attributes.set(name, double ?? single ?? '');
    }
    return attributes;
  }

  #open(name: string, attributes: Attributes, isEmpty: boolean): void {
    if (this.#where === 'prolog') {
      this.#handler.root(name, attributes);
      this.#rootName = name;
      this.#where = isEmpty ? 'epilog' : 'root';
      return;
    }
    if (this.#where !== 'root') throw this.#fault(`<${name}> where it cannot stand`);
    this.#countElement();
    if (isEmpty) this.#handler.element(name, attributes, empty);
    else {
      this.#elementName = name;
      this.#attributes = attributes;
      this.#body = empty;
      this.#where = 'element';
    }
  }

  #countElement(): void {
    this.#elements += 1;
    if (this.#elements > elementsMaxCount) {
      throw this.#fault(`more than ${elementsMaxCount} elements`);
    }
  }

  #close(name: string): void {
    const expected = this.#where === 'element' ? this.#elementName : this.#rootName;
    const open = this.#where === 'element' || this.#where === 'root';
    if (!open || name !== expected) throw this.#fault(`</${name}> where it cannot stand`);
    if (this.#where === 'root') this.#where = 'epilog';
    else {
      this.#where = 'root';
      this.#handler.element(name, this.#attributes, this.#body);
      this.#body = empty;
    }
  }

  #fault(found: string) {
    return refuse(`${this.#what}: ${found} at byte ${this.#before + this.#at}`);
  }
}

/** Byte by byte: to compare slices takes longer. */
function endsAt(data: Buffer, at: number): boolean {
  for (let i = 0; i < usualEnd.length; i += 1) if (data[at + i] !== usualEnd[i]) return false;
  return true;
}

/** XML white space only. */
export function isBlank(text: Buffer): boolean {
  for (const byte of text) {
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return true;
}
