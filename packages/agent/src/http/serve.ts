import { createServer, type Server, type ServerResponse } from 'node:http';
import type { IpFamily } from '@krillmanager/core';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** By path; each is asked anew and never says a secret. `over`: null from this machine's loopback. */
export type Routes = Readonly<Record<string, Route>>;
type Route = (over: IpFamily | null, query: URLSearchParams) => Answer | Promise<Answer>;

const allowed = ['GET', 'HEAD', 'OPTIONS'];

/**
 * The agent's own plain-HTTP port, for balancers and peers: no Host needed, no redirect, no
 * caching, no body accepted, nothing that changes anything.
 */
export function serveHttp(routes: Routes, port: number): Promise<Server> {
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5000 },
    (request, response) => {
      const { method = 'GET', url = '/' } = request;
      request.resume();
      const over = familyOfLocal(request.socket.localAddress);
      void answer({ method, url, over }, routes)
        .catch((error: unknown): Answer => ({ status: 500, body: { error: String(error) } }))
        .then((given) => send(response, given, method === 'HEAD'));
    },
  );
  server.maxHeadersCount = 50;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '::', ipv6Only: false }, () => resolve(server));
  });
}

interface Question {
  readonly method: string;
  readonly url: string;
  readonly over: IpFamily | null;
}

async function answer({ method, url, over }: Question, routes: Routes): Promise<Answer> {
  if (!allowed.includes(method))
    return { status: 405, body: { error: `use ${allowed.join(', ')}` } };
  const [path = '/', query] = url.split('?');
  const route = routes[path];
  if (route === undefined)
    return { status: 404, body: { error: 'no such path', paths: Object.keys(routes) } };
  return route(over, new URLSearchParams(query));
}

function send(response: ServerResponse, { status, body }: Answer, headOnly: boolean): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(status === 405 ? { allow: allowed.join(', ') } : {}),
  });
  response.end(headOnly ? undefined : text);
}

/** Of the address that was called: one socket listens for both families, and sees IPv4 as ::ffff:a.b.c.d. */
export function familyOfLocal(address: string | undefined): IpFamily | null {
  if (address === undefined || address === '::1' || address.includes('127.0.0.1')) return null;
  return address.includes('.') ? 'ipv4' : 'ipv6';
}
