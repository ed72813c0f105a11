import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { expect, test } from '@jest/globals';
import { usualSettings } from '@krillmanager/core';
import type { Scene } from './scene.ts';

const { https, balancers } = usualSettings.ports;

/** What is done with connections that say nothing, or for whom somebody else speaks. */
export function wireManners(scene: () => Scene): void {
  test('one that sends no request is ended within 20 s', async () => {
    const { h1, authority } = scene();
    const began = Date.now();
    const silent = await secured(createConnection(https, h1.ip), authority);
    const slow = await secured(createConnection(https, h1.ip), authority);
    slow.write('GET /rrdp/notification.xml HTTP/1.1\r\nHost: rrdp.lab\r\nX-Slow: ');
    const drip = setInterval(() => slow.write('x'), 1000);
    await Promise.all([silent, slow].map(closed));
    clearInterval(drip);
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test("a balancer's word for who asks is believed, on its own port", async () => {
    const { h1, authority } = scene();
    const socket = createConnection(balancers, h1.ip);
    socket.write('PROXY TCP4 203.0.113.7 203.0.113.1 4711 443\r\n');
    expect(await firstLine(await secured(socket, authority))).toContain(' 200 ');
    expect(await h1.logs('nginx')).toContain('203.0.113.7 [');
  });

  test('one that is no balancer is not heard there', async () => {
    const { h1, h2 } = scene();
    const script = `curl -sk --haproxy-protocol -o /dev/null -w '%{http_code}' -m 5 \
      --resolve rrdp.lab:${balancers}:${h1.ip} https://rrdp.lab:${balancers}/rrdp/notification.xml || true`;
    expect(await h2.sh(script)).toBe('000');
  });

  test('a word for somebody else is no request on the usual port', async () => {
    const { h1, authority } = scene();
    const socket = createConnection(https, h1.ip);
    socket.write('PROXY TCP4 203.0.113.8 203.0.113.1 4711 443\r\n');
    await expect(secured(socket, authority)).rejects.toThrow();
    expect(await h1.logs('nginx')).not.toContain('203.0.113.8 [');
  });
}

const closed = (socket: TLSSocket): Promise<void> =>
  new Promise((resolve) => {
    socket.resume().on('close', () => resolve());
  });

async function secured(socket: Socket, authority: string): Promise<TLSSocket> {
  const secure = connect({ socket, servername: 'rrdp.lab', ca: readFileSync(authority) });
  await once(secure, 'secureConnect');
  secure.on('error', () => undefined);
  return secure;
}

async function firstLine(socket: TLSSocket): Promise<string> {
  socket.write(
    'GET /rrdp/notification.xml HTTP/1.1\r\nHost: rrdp.lab\r\nConnection: close\r\n\r\n',
  );
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return chunk.toString('latin1').split('\r\n')[0] ?? '';
}
