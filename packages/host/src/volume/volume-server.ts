import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { familyOf, hostName, type Ip, type IpFamily, isIp, parseIp } from '@krillmanager/core';
import { runCommand } from '../run.ts';
import { within } from '../within.ts';

export interface VolumeServer {
  /** A name that the local resolver knows, or an address. */
  readonly host: string;
  /** A client that is given no family looks names up as IPv4 only. */
  readonly family: IpFamily;
}

const loopback: VolumeServer = { host: '127.0.0.1', family: 'ipv4' };
const routeDeadlineMs = 1000;
const glusterdPort = 24_007;

/**
 * Whom the volume's client asks for it: the glusterd of this machine, by the address that the other
 * servers know. When it loses that one it asks the others, but from the local address that it had
 * first, and from 127.0.0.1 no other can be reached (EINVAL, for ever). Such a client would never hear
 * of copies that come and go, and would go on writing to the old ones.
 * @param named nodes with a name of ours in /etc/hosts
 * @returns a name of this machine; 127.0.0.1 while there is no other node
 */
export async function volumeServer(
  named: readonly Ip[],
  own: readonly Ip[],
): Promise<VolumeServer> {
  const peers = named.filter((ip) => !own.includes(ip));
  for (const peer of peers) {
    const ip = await addressTowards(peer);
    if (ip !== null && named.includes(ip)) return { host: hostName(ip), family: familyOf(ip) };
  }
  return loopback;
}

/** Our address on the way to another; nothing is sent. Null without a way. */
async function addressTowards(peer: Ip): Promise<Ip | null> {
  const socket = createSocket(familyOf(peer) === 'ipv4' ? 'udp4' : 'udp6');
  try {
    socket.connect(glusterdPort, peer);
    if ((await within(routeDeadlineMs, once(socket, 'connect'))) === null) return null;
    const { address } = socket.address();
    return isIp(address) ? parseIp(address) : null;
  } catch {
    return null;
  } finally {
    socket.close();
  }
}

/** As in the unit itself: a drop-in replaces them all. */
export const usualOptions = '_netdev,nodev,nosuid,noexec,log-level=WARNING';
const ipv6Option = 'xlator-option=transport.address-family=inet6';

/** Has the mount unit ask this server, until the next boot. */
export async function askServer(
  unit: string,
  { host, family }: VolumeServer,
  volume: string,
): Promise<void> {
  const directory = `/run/systemd/system/${unit}.d`;
  const file = `${directory}/server.conf`;
  const options = family === 'ipv6' ? `Options=${usualOptions},${ipv6Option}\n` : '';
  const wanted = `[Mount]\nWhat=${host}:/${volume}\n${options}`;
  if ((await readFile(file, 'utf8').catch(() => '')) === wanted) return;
  await mkdir(directory, { recursive: true });
  await writeFile(file, wanted);
  await runCommand(['systemctl', 'daemon-reload']);
}
