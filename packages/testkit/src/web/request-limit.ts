import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  type ClientHttp2Session,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { expect, test } from '@jest/globals';
import { limits } from '@krillmanager/core';
import { eventually } from '../proof/until.ts';
import type { Scene } from './scene.ts';

type Headers = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** As many at once on a connection as NGINX allows. */
const streams = 32;

/** What a single address may ask for at the same time. */
export function requestLimit(scene: () => Scene): void {
  test('an address with too many requests is told when to come again', async () => {
    const { h1, authority, publication, ask } = scene();
    const files = ['notification.xml', publication.repository.paths[0] ?? ''];
    const paths = Array.from({ length: streams }, (_, n) => `/rrdp/${files[n % files.length]}`);
    const sessions: ClientHttp2Session[] = [];
    const answers: Headers[] = [];
    // By IPv6: this machine's other address is a balancer's here, and those have no limit.
    while (answers.length <= limits.requestsPerAddress + streams) {
      const session = idleReader(h1.ip6, readFileSync(authority));
      sessions.push(session);
      answers.push(...(await Promise.all(paths.map((path) => headersOf(session, path)))));
    }
    const taken = answers.filter((headers) => headers[':status'] === 200);
    const refused = answers.filter((headers) => headers[':status'] === 429);
    expect(taken).toHaveLength(limits.requestsPerAddress);
    expect(refused).toHaveLength(answers.length - taken.length);
    for (const headers of refused) {
      expect(headers).toMatchObject({ 'retry-after': '10', 'cache-control': 'no-store' });
    }
    for (const session of sessions) session.destroy();
    const again = () => ask('https://rrdp.lab/rrdp/notification.xml', { ip: `[${h1.ip6}]` });
    await eventually(again, ({ status }) => status === 200, 30_000);
  });
}

/** Takes a byte of each body, so that all its requests go on; without that, NGINX sends nothing at all. */
function idleReader(ip: string, ca: Buffer): ClientHttp2Session {
  const socket = connectTls({
    host: ip,
    port: 443,
    servername: 'rrdp.lab',
    ca,
    ALPNProtocols: ['h2'],
  });
  const settings = { initialWindowSize: 1 };
  const session = connect('https://rrdp.lab', { createConnection: () => socket, settings });
  session.on('error', () => undefined);
  return session;
}

async function headersOf(session: ClientHttp2Session, path: string): Promise<Headers> {
  const stream = session.request({ ':path': path });
  stream.on('error', () => undefined);
  const [headers] = (await once(stream, 'response')) as [Headers];
  return headers;
}
