import { refuse } from './krillsync-error.ts';
import type { Attributes } from './rrdp-scanner.ts';

/** Which state of the repository a file is about. */
export interface Version {
  /** UUID, lower case. */
  readonly session: string;
  readonly serial: number;
}

const namespace = 'http://www.ripe.net/rpki/rrdp';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const serialPattern = /^[1-9][0-9]{0,15}$/;
const hashPattern = /^[0-9a-f]{64}$/i;

export const isSession = (text: string): boolean => uuid.test(text);

/** Attributes exactly as RFC 8182 lists them: none missing, none else. */
export function exactAttributes(
  what: string,
  attributes: Attributes,
  ...names: readonly string[]
): readonly string[] {
  const unknown = [...attributes.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) throw refuse(`${what}: unknown attribute "${unknown}"`);
  return names.map((name) => {
    const value = attributes.get(name);
    if (value === undefined) throw refuse(`${what}: attribute "${name}" is missing`);
    return value;
  });
}

/** The root element of notification, snapshot and delta (RFC 8182, 3.5): same attributes in all. */
export function parseRoot(
  what: string,
  expected: 'notification' | 'snapshot' | 'delta',
  name: string,
  attributes: Attributes,
): Version {
  if (name !== expected) throw refuse(`${what}: root element is <${name}>, not <${expected}>`);
  const names = ['xmlns', 'version', 'session_id', 'serial'];
  const [xmlns, version, session = '', serial = ''] = exactAttributes(what, attributes, ...names);
  if (xmlns !== namespace) throw refuse(`${what}: namespace is not ${namespace}`);
  if (version !== '1') throw refuse(`${what}: version is "${version}", not "1"`);
  if (!isSession(session)) throw refuse(`${what}: session_id "${session}" is not a UUID`);
  return { session: session.toLowerCase(), serial: parseSerial(what, serial) };
}

export function parseSerial(what: string, text: string): number {
  const serial = Number(text);
  if (!serialPattern.test(text) || !Number.isSafeInteger(serial)) {
    throw refuse(`${what}: serial "${text.slice(0, 40)}" is not a usable positive number`);
  }
  return serial;
}

export function parseHash(what: string, text: string): string {
  if (!hashPattern.test(text)) throw refuse(`${what}: hash is not 64 hexadecimal digits`);
  return text.toLowerCase();
}
