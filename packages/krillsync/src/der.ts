/** One element of DER (X.690): a tag and where its content lies in the buffer. */
export interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

export const tags = {
  integer: 0x02,
  octetString: 0x04,
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

/** The direct children of an element, `most` at most, until the first one that is not well-formed. */
export function children(der: Buffer, parent: Element, most = Infinity): Element[] {
  const found: Element[] = [];
  for (let at = parent.start; at < parent.end && found.length < most; ) {
    const child = readElement(der, at, parent.end);
    if (!child) break;
    found.push(child);
    at = child.end;
  }
  return found;
}

/** Seconds since 1970 of a UTCTime or GeneralizedTime (RFC 5280, 4.1.2.5), else undefined. */
export function readTime(der: Buffer, { tag, start, end }: Element): number | undefined {
  const isUtc = tag === tags.utcTime;
  if (!isUtc && tag !== tags.generalizedTime) return undefined;
  const yearDigits = isUtc ? 2 : 4;
  if (end - start !== yearDigits + 11 || der[end - 1] !== 0x5a) return undefined;
  const digits = number(der, start, yearDigits);
  const year = isUtc ? digits + (digits >= 50 ? 1900 : 2000) : digits;
  const part = (n: number): number => number(der, start + yearDigits + 2 * n, 2);
  const [month, day, hour, minute, second] = [part(0), part(1), part(2), part(3), part(4)];
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date forgives a 31st of February by moving on to March.
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24;
  return exists && minute < 60 && second < 60 ? date.getTime() / 1000 : undefined;
}

/** NaN, which no comparison lets through, when something else than digits is there. */
function number(der: Buffer, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i += 1) {
    const digit = (der[i] ?? 0) - 0x30;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN;
  }
  return value;
}
