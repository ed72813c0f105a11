import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type Ip, messageOf } from '@krillmanager/core';
import { isAgentOf, remoteIp } from './agent-certificate.ts';
import type { Identity } from './identity.ts';
import { echo, framesOf, type NodeState, questionBytes } from './pulse-frame.ts';

export interface ClusterPortOptions {
  readonly self: Ip;
  readonly port: number;
  readonly identity: Identity;
  /** Of the cluster: nobody else is listened to, whatever certificate he has kept. */
  readonly isNode: (ip: Ip) => boolean;
  readonly state: () => NodeState;
  /** By path. */
  readonly routes: Readonly<Record<string, Route>>;
}

/** Writes an answer; the signal is aborted when the asking side has gone. */
export type Route = (
  query: URLSearchParams,
  to: ServerResponse,
  gone: AbortSignal,
) => Promise<void>;

export const heartbeatProtocol = 'krillmanager-heartbeat';
const atMostConnections = 64;

/** TLS of both sides by the cluster's own authority, which signed each node's name. */
export const secured = ({ key, certificate, authority }: Identity) => ({
  key: key.reveal(),
  cert: certificate,
  ca: authority,
  minVersion: 'TLSv1.3' as const,
});

/** The agents' port for each other: heartbeats, and what a command on another node asks for. */
export class ClusterPort {
  readonly #server: Server;
  /** Also those that have become heartbeats, which the server itself forgets. */
  readonly #sockets = new Set<TLSSocket>();

  private constructor(options: ClusterPortOptions) {
    this.#server = serverOf(options);
    this.#server.on('secureConnection', (socket: TLSSocket) => {
      if (!isWelcome(socket, options)) return void socket.destroy();
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(options: ClusterPortOptions): Promise<ClusterPort> {
    const opened = new ClusterPort(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    opened.#server.once('error', reject);
    opened.#server.listen({ port: options.port, host: options.self }, resolve);
    await promise;
    return opened;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** For connections from now on. */
  set identity(identity: Identity) {
    this.#server.setSecureContext(secured(identity));
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

function serverOf(options: ClusterPortOptions): Server {
  const server = createServer(
    { ...secured(options.identity), requestCert: true, handshakeTimeout: 5000 },
    (request, response) => void answer(options, request, response),
  );
  server.maxConnections = atMostConnections;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) =>
    beat(options, request, socket),
  );
  return server;
}

function isWelcome(socket: TLSSocket, { isNode }: ClusterPortOptions): boolean {
  const certificate = socket.getPeerX509Certificate();
  const from = remoteIp(socket.remoteAddress);
  return certificate !== undefined && from !== null && isNode(from) && isAgentOf(certificate, from);
}

function beat({ state }: ClusterPortOptions, request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  if (request.headers.upgrade !== heartbeatProtocol) return void socket.destroy();
  (socket as TLSSocket).setNoDelay(true);
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${heartbeatProtocol}\r\n\r\n`,
  );
  socket.on(
    'data',
    framesOf(questionBytes, (asked) => socket.write(echo(asked, Date.now(), state()))),
  );
  socket.once('end', () => socket.destroy());
}

async function answer(
  { routes }: ClusterPortOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://agent');
  const route = request.method === 'GET' ? routes[pathname] : undefined;
  if (route === undefined) return void response.writeHead(404).end();
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    await route(searchParams, response, gone.signal);
  } catch (error) {
    if (!response.headersSent) response.writeHead(500);
    response.end(messageOf(error));
  }
}
