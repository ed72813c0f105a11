/** One element of DER (X.690): a tag and where its content lies in the buffer. */
export interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

export const tags = {
  integer: 0x02,
  objectIdentifier: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
} as const;

/**
 * The element at `at`, which must end within `limit`; undefined when there is no well-formed one.
 * Multi-byte tags and indefinite lengths do not occur in RPKI objects.
 */
export function readElement(der: Buffer, at: number, limit: number): Element | undefined {
  const tag = der[at];
  const first = der[at + 1];
  if (at + 2 > limit || tag === undefined || first === undefined) return undefined;
  if ((tag & 0x1f) === 0x1f) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4 || at + 2 + lengthBytes > limit) return undefined;
  const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes);
  const start = at + 2 + lengthBytes;
  return start + length <= limit ? { tag, start, end: start + length } : undefined;
}

/** The direct children of an element, until the first one that is not well-formed. */
export function* children(der: Buffer, parent: Element): Generator<Element> {
  let at = parent.start;
  while (at < parent.end) {
    const child = readElement(der, at, parent.end);
    if (!child) return;
    yield child;
    at = child.end;
  }
}

const utcTime = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Seconds since 1970 of a UTCTime or GeneralizedTime (RFC 5280, 4.1.2.5), else undefined. */
export function readTime(der: Buffer, { tag, start, end }: Element): number | undefined {
  const isUtc = tag === tags.utcTime;
  if (!isUtc && tag !== tags.generalizedTime) return undefined;
  const match = (isUtc ? utcTime : generalizedTime).exec(der.toString('latin1', start, end));
  if (!match) return undefined;
  const [digits = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map(Number);
  const year = isUtc ? digits + (digits >= 50 ? 1900 : 2000) : digits;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date forgives a 31st of February by moving on to March.
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24;
  return exists && minute < 60 && second < 60 ? date.getTime() / 1000 : undefined;
}
