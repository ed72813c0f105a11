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

/** One of the direct children of an element, the first is 0; undefined when there are fewer. */
export function childAt(der: Buffer, parent: Element, index: number): Element | undefined {
  let at = parent.start;
  for (let i = 0; at < parent.end; i += 1) {
    const child = readElement(der, at, parent.end);
    if (!child || i === index) return child;
    at = child.end;
  }
  return undefined;
}

/** Seconds since 1970 of a UTCTime or GeneralizedTime (RFC 5280, 4.1.2.5), else undefined. */
export function readTime(der: Buffer, { tag, start, end }: Element): number | undefined {
  const isUtc = tag === tags.utcTime;
  if (!isUtc && tag !== tags.generalizedTime) return undefined;
  const yearDigits = isUtc ? 2 : 4;
  if (end - start !== yearDigits + 11 || der[end - 1] !== 0x5a) return undefined;
  const digits = number(der, start, yearDigits);
  const year = isUtc ? digits + (digits >= 50 ? 1900 : 2000) : digits;
  const at = start + yearDigits;
  const month = number(der, at, 2);
  const day = number(der, at + 2, 2);
  const hour = number(der, at + 4, 2);
  const minute = number(der, at + 6, 2);
  const second = number(der, at + 8, 2);
  if (!(hour < 24 && minute < 60 && second < 60)) return undefined;
  const days = daysSince1970(year, month, day);
  return days === undefined ? undefined : days * 86_400 + hour * 3600 + minute * 60 + second;
}

const daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const daysIn = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Of the Gregorian calendar; undefined for a day that it has not. */
function daysSince1970(year: number, month: number, day: number): number | undefined {
  const [before, length] = [daysBefore[month - 1], daysIn[month - 1]];
  if (before === undefined || length === undefined || Number.isNaN(year)) return undefined;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (!(day >= 1 && day <= length + (isLeap && month === 2 ? 1 : 0))) return undefined;
  // Leap days before this year began; the one of this year counts from March on.
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 477;
  return (year - 1970) * 365 + leapDays + before + (isLeap && month > 2 ? 1 : 0) + day - 1;
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
