import { z } from 'zod';

/** An IPv4 or IPv6 address in its canonical text form, without a prefix length or a zone. */
export type Ip = string & z.$brand<'Ip'>;

const address = z.union([z.ipv4(), z.ipv6()]);

export const isIp = (text: string): text is Ip => address.safeParse(text).success;

/** @throws Error when the text is no address. */
export function parseIp(text: string): Ip {
  if (!isIp(text)) throw new Error(`"${text}" is not an IP address`);
  return text.toLowerCase() as Ip;
}

const prefix = 'km-';

/**
 * The name under which a node is known to GlusterFS. It encodes the address, so that every node
 * can write the /etc/hosts entry of a peer it has only seen by name.
 */
export const hostName = (ip: Ip): string => prefix + ip.replaceAll(/[.:]/g, '-');

/** The inverse of {@link hostName}; null for a name that is not one of ours. */
export function ipOfHost(name: string): Ip | null {
  if (!name.startsWith(prefix)) return isIp(name) ? name : null;
  const encoded = name.slice(prefix.length);
  const dotted = encoded.replaceAll('-', '.');
  const coloned = encoded.replaceAll('-', ':');
  if (isIp(dotted)) return dotted;
  return isIp(coloned) ? coloned : null;
}

/** The address as it stands in a URI or in host:port. */
export const bracketed = (ip: Ip): string => (ip.includes(':') ? `[${ip}]` : ip);
