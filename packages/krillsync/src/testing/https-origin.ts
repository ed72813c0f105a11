import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface Behaviour {
  /** Answers instead of the files, if it says so. */
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** `times`: no ETag. */
  validators?: boolean | 'times';
  gzip?: boolean;
}

/** An https server on the loopback that serves a publication server's files below /rrdp/. */
export class HttpsOrigin {
  readonly caFile: string;
  readonly behaviour: Behaviour = { validators: true };
  /** "STATUS path" of every answer. */
  readonly answers: string[] = [];
  connections = 0;
  readonly #dir: string;
  readonly #server: Server;

  constructor(dir: string, scratch: string) {
    this.#dir = dir;
    const key = join(scratch, 'key.pem');
    this.caFile = join(scratch, 'ca.pem');
    makeCertificate(key, this.caFile);
    this.#server = createServer(
      { key: readFileSync(key), cert: readFileSync(this.caFile) },
      (request, response) => this.#answer(request, response),
    );
    this.#server.on('secureConnection', () => {
      this.connections += 1;
    });
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    const address = this.#server.address() as AddressInfo;
    return address.port;
  }

  get base(): string {
    return `https://localhost:${this.port}/rrdp/`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.on('close', () => this.answers.push(`${response.statusCode} ${request.url}`));
    if (this.behaviour.intercept?.(request, response)) return;
    const path = join(this.#dir, (request.url ?? '').replace(/^\/rrdp\//, ''));
    if (!existsSync(path)) return void response.writeHead(404).end();
    const { mtime, size, mtimeMs } = statSync(path);
    const etag = `"${mtimeMs}-${size}"`;
    const { validators } = this.behaviour;
    const isKnown =
      validators === 'times'
        ? request.headers['if-modified-since'] === mtime.toUTCString()
        : request.headers['if-none-match'] === etag;
    if (validators) response.setHeader('last-modified', mtime.toUTCString());
    if (validators === true) response.setHeader('etag', etag);
    if (validators && isKnown) return void response.writeHead(304).end();
    const body = readFileSync(path);
    if (!this.behaviour.gzip) return void response.end(body);
    response.setHeader('content-encoding', 'gzip').end(gzipSync(body));
  }
}

function makeCertificate(key: string, certificate: string): void {
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const out = ['-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=localhost'];
  const args = ['req', '-x509', ...curve, '-nodes', ...out, '-addext', names];
  execFileSync('openssl', args, { stdio: 'ignore' });
}
