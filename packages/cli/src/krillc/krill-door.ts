import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import { type Ip, krillPort, krillTlsName } from '@krillmanager/core';

export interface KrillDoorOptions {
  /** Path of the unix socket to make. */
  readonly socket: string;
  /** Where Krill runs; null when nowhere. */
  readonly node: Ip | null;
  readonly token: string;
  /** PEM of the authority that signed Krill's certificate. */
  readonly authority: string;
}

export interface KrillDoor {
  readonly socket: string;
  close(): void;
}

/** A socket that leads to Krill as its administrator. Only root may enter. */
export async function openKrillDoor(options: KrillDoorOptions): Promise<KrillDoor> {
  const { socket } = options;
  const server = createServer((from, to) => forward(from, to, options));
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

function forward(
  from: IncomingMessage,
  to: ServerResponse,
  { node, token, authority }: KrillDoorOptions,
): void {
  const fail = (message: string): void => {
    to.writeHead(503, { 'content-type': 'application/json' });
    to.end(JSON.stringify({ label: 'krill-away', msg: message }));
  };
  if (node === null) {
    fail('Krill does not run on any node at the moment; see "krillmanager status"');
    return;
  }
  const onward = request(
    {
      host: node,
      port: krillPort,
      servername: krillTlsName,
      ca: authority,
      method: from.method,
      path: from.url,
      headers: { ...from.headers, host: krillTlsName, authorization: `Bearer ${token}` },
      agent: false,
    },
    (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    },
  );
  onward.on('error', (error) =>
    to.headersSent ? to.destroy() : fail(`Krill on ${node}: ${error.message}`),
  );
  from.pipe(onward);
}
