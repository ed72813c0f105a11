import { z } from 'zod';

/** An IPv4 or IPv6 address in its canonical text form, without a prefix length or a zone. */
export type Ip = string & z.$brand<'Ip'>;

const address = z.union([z.ipv4(), z.ipv6()]);

/** True in any spelling; {@link parseIp} gives the canonical one. */
export const isIp = (text: string): boolean => address.safeParse(text).success;

const network = z.union([z.cidrv4(), z.cidrv6()]);

/** An address, or a network such as 192.0.2.0/24. */
export const isNetwork = (text: string): boolean => isIp(text) || network.safeParse(text).success;

/** @throws Error when the text is no address. */
export function parseIp(text: string): Ip {
  if (!isIp(text)) throw new Error(`"${text}" is not an IP address`);
  return (text.includes(':') ? canonicalIpv6(text) : text) as Ip;
}

/**
 * What no server in a network can be reached by: this host and loopback, link-local, multicast,
 * reserved and broadcast (RFC 6890), and IPv4 spelled as IPv6 (RFC 4291, 2.5.5), which would be a
 * second name of the same server.
 */
const notOfNodes = [
  /^(0|127|22[4-9]|23\d|24\d|25[0-5])\./,
  /^169\.254\./,
  /^::1?$/,
  /^::ffff:/,
  /^::[\da-f]+:[\da-f]+$/,
  /^fe[89ab][\da-f]:/,
  /^ff[\da-f]{2}:/,
];

/** Whether a server of a cluster can have this address. */
export const isNodeAddress = (text: string): boolean =>
  isIp(text) && !notOfNodes.some((kind) => kind.test(parseIp(text)));

const prefix = 'km-';

/**
 * The name under which a node is known to GlusterFS. It encodes the address, so that every node
 * can write the /etc/hosts entry of a peer it has only seen by name.
 */
export const hostName = (ip: Ip): string => prefix + ip.replaceAll(/[.:]/g, '-');

/** The inverse of {@link hostName}; null for a name that is not one of ours. */
export function ipOfHost(name: string): Ip | null {
  const encoded = name.startsWith(prefix) ? name.slice(prefix.length) : null;
  const spellings = encoded === null ? [name] : ['.', ':'].map((by) => encoded.replaceAll('-', by));
  const found = spellings.find(isIp);
  return found === undefined ? null : parseIp(found);
}

export type IpFamily = 'ipv4' | 'ipv6';

export const familyOf = (ip: Ip): IpFamily => (ip.includes(':') ? 'ipv6' : 'ipv4');

/** The address as it stands in a URI or in host:port. */
export const bracketed = (ip: Ip): string => (ip.includes(':') ? `[${ip}]` : ip);

/** RFC 5952, section 4, without the mixed notation of its section 5: that has no place in a name. */
function canonicalIpv6(text: string): string {
  const groups = groupsOf(text).map((group) => group.toString(16));
  const all = groups.join(':');
  const zeros = [...all.matchAll(/\b0(:0)+\b/g)];
  const longest = zeros.toSorted(([a], [b]) => b.length - a.length)[0];
  if (longest === undefined) return all;
  const before = all.slice(0, longest.index).replace(/:$/, '');
  const after = all.slice(longest.index + longest[0].length).replace(/^:/, '');
  return `${before}::${after}`;
}

/** The eight groups, with those that "::" stands for. */
function groupsOf(text: string): readonly number[] {
  const [head = '', tail] = text.split('::');
  const [first, last] = [numbersOf(head), numbersOf(tail ?? '')];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** Four decimal numbers at the end are two groups. */
const numbersOf = (part: string): readonly number[] =>
  part
    .split(':')
    .filter((group) => group !== '')
    .flatMap((group) => {
      const bytes = group.split('.').map(Number);
      if (bytes.length === 1) return [Number.parseInt(group, 16)];
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      return [a * 256 + b, c * 256 + d];
    });
