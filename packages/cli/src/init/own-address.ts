import { createSocket } from 'node:dgram';
import { type Ip, isIp, parseIp, UserError } from '@krillmanager/core';

/**
 * Our address in the cluster: the one told, else the one from which the kernel would reach the
 * first slave (a UDP socket is connected; nothing is sent).
 */
export async function ownClusterAddress(
  told: string | undefined,
  slave: Ip | undefined,
  addresses: readonly Ip[],
): Promise<Ip> {
  const ip = told ?? (slave === undefined ? addresses[0] : await towards(slave));
  if (ip !== undefined && isIp(ip) && addresses.includes(parseIp(ip))) return parseIp(ip);
  throw new UserError(`${ip ?? 'no address'} is not an address of this server`, {
    hint: `use --advertise with one of ${addresses.join(', ')}`,
    exitCode: 2,
  });
}

function towards(peer: Ip): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(peer.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', () => resolve(undefined));
    socket.connect(9, peer, () => {
      resolve(socket.address().address);
      socket.close();
    });
  });
}

/** Our address among the nodes. @throws UserError when we are none of them. */
export function ownAddressIn(nodes: readonly Ip[], addresses: readonly Ip[]): Ip {
  const own = nodes.find((ip) => addresses.includes(ip));
  if (own !== undefined) return own;
  throw new UserError('this server is not a node of its cluster any more', {
    hint: 'run the command on one of its managers',
  });
}
