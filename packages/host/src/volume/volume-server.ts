import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { hostName, type Ip, isIp, parseIp } from '@krillmanager/core';
import { runCommand } from '../run.ts';
import { within } from '../within.ts';

const loopback = '127.0.0.1';
const routeDeadlineMs = 1000;
const glusterdPort = 24_007;

/**
 * Whom the volume's client asks for it: the glusterd of this machine, by the address that the other
 * servers know. When it loses that one it asks the others, but from the local address that it had
 * first, and from 127.0.0.1 no other can be reached (EINVAL, for ever). Such a client would never hear
 * of copies that come and go, and would go on writing to the old ones.
 * @param named nodes with a name of ours in /etc/hosts
 * @returns a name of this machine; 127.0.0.1 while there is no other node, and in a cluster over IPv6
 */
export async function volumeServer(named: readonly Ip[], own: readonly Ip[]): Promise<string> {
  // A client that is given no family looks names up as IPv4 only.
  const peers = named.filter((ip) => !own.includes(ip) && isIPv4(ip));
  for (const peer of peers) {
    const ip = await addressTowards(peer);
    if (ip !== null && named.includes(ip)) return hostName(ip);
  }
  return loopback;
}

/** Our address on the way to another; nothing is sent. Null without a way. */
async function addressTowards(peer: Ip): Promise<Ip | null> {
  const socket = createSocket('udp4');
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

/** Has the mount unit ask this server, until the next boot. */
export async function askServer(unit: string, server: string, volume: string): Promise<void> {
  const directory = `/run/systemd/system/${unit}.d`;
  const file = `${directory}/server.conf`;
  const wanted = `[Mount]\nWhat=${server}:/${volume}\n`;
  if ((await readFile(file, 'utf8').catch(() => '')) === wanted) return;
  await mkdir(directory, { recursive: true });
  await writeFile(file, wanted);
  await runCommand(['systemctl', 'daemon-reload']);
}
