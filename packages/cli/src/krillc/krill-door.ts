import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { type Ip, krillPort, krillTlsName, messageOf } from '@krillmanager/core';

export interface KrillDoorOptions {
  /** Path of the unix socket to make. */
  readonly socket: string;
  /** Where Krill runs now, waited for while it moves; null when nowhere. */
  readonly find: () => Promise<Ip | null>;
  readonly token: string;
  /** PEM of the authority that signed Krill's certificate. */
  readonly authority: string;
  /** Milliseconds until a request is sent again that nobody took; 1 s unless told. */
  readonly againMs?: number;
  /** Krill's, 3000, unless told. */
  readonly port?: number;
}

export interface KrillDoor {
  readonly socket: string;
  close(): void;
}

/** A socket that leads to Krill as its administrator. Only root may enter. */
export async function openKrillDoor(options: KrillDoorOptions): Promise<KrillDoor> {
  const { socket } = options;
  const server = createServer((from, to) => {
    forward(from, to, options).catch((error: unknown) => fail(to, messageOf(error)));
  });
  rmSync(socket, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  chmodSync(socket, 0o600);
  return {
    socket,
    close: () => {
      server.close();
      server.closeAllConnections();
      rmSync(socket, { force: true });
    },
  };
}

/** A Krill that has just gone is still where it was by the word of its agent, for some seconds. */
const attempts = 15;

async function forward(
  from: IncomingMessage,
  to: ServerResponse,
  options: KrillDoorOptions,
): Promise<void> {
  const body = await buffer(from);
  for (let attempt = 1; ; attempt += 1) {
    const node = await options.find();
    if (node === null) {
      fail(to, 'Krill does not run on any node at the moment; see "krillmanager status"');
      return;
    }
    try {
      const answer = await send(node, from, body, options);
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => to.destroy()).pipe(to);
      return;
    } catch (error) {
      if (attempt >= attempts || !(error instanceof NotSent)) {
        throw new Error(`Krill on ${node}: ${messageOf(error)}`);
      }
      await pause(options.againMs ?? 1000);
    }
  }
}

/** There was no connection, so that no Krill can have done what was asked for. */
class NotSent extends Error {}

async function send(
  node: Ip,
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  options: KrillDoorOptions,
): Promise<IncomingMessage> {
  const socket = await connected(node, options);
  return new Promise((resolve, reject) => {
    const ours = { host: krillTlsName, authorization: `Bearer ${options.token}` };
    const onward = request({
      createConnection: () => socket,
      method,
      path: url,
      headers: { ...headers, ...ours, connection: 'close' },
    });
    onward.once('response', resolve);
    onward.on('error', reject);
    onward.end(body);
  });
}

const connected = (
  host: Ip,
  { authority, port = krillPort }: KrillDoorOptions,
): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const options = { host, port, servername: krillTlsName, ca: authority };
    const socket = connect(options, () => resolve(socket));
    socket.on('error', ({ message }) => reject(new NotSent(message)));
  });

function fail(to: ServerResponse, message: string): void {
  if (to.headersSent) return void to.destroy();
  to.writeHead(503, { 'content-type': 'application/json' });
  to.end(JSON.stringify({ label: 'krill-away', msg: message }));
}
