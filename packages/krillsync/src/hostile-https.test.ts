import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { SourceMemory } from './source-memory.ts';
import { expectServes, uri } from './testing/first-publication.ts';
import type { HttpsOrigin } from './testing/https-origin.ts';
import { HttpsScene } from './testing/https-scene.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { Scene } from './testing/scene.ts';

const certificates = new Scene();
let scene: HttpsScene;
let node: NodeOnDisk;
let repository: RrdpRepository;
let origin: HttpsOrigin;

afterAll(() => certificates.remove());

beforeEach(async () => {
  scene = new HttpsScene(certificates.root);
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  repository.publish(uri('a.roa'), 'a1').publish(uri('ca/b.roa'), 'b1').commit();
  origin = await scene.origin.listen();
});

afterEach(() => scene.remove());

const update = (where = node) => where.update({ source: scene.source(where) });

describe('a hostile https source', () => {
  type Answer = (request: IncomingMessage, response: ServerResponse) => void;
  const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024, ' '));
  const redirect =
    (location: string): Answer =>
    (_, response) =>
      void response.writeHead(302, { location }).end();
  const status =
    (code: number): Answer =>
    (_, response) =>
      void response.writeHead(code).end();
  const slow: Answer = async (_, response) => {
    for (let i = 0; i < 40 && !response.destroyed; i += 1) {
      response.write(' ');
      await sleep(100);
    }
    response.end();
  };

  const answers: readonly (readonly [string, string, Answer])[] = [
    ['redirects to another host', 'another origin', redirect('https://evil.example.net/x')],
    ['redirects to another port', 'another origin', redirect('https://localhost:1/x')],
    ['redirects to http', 'another origin', redirect('http://localhost/x')],
    ['redirects to a file', 'another origin', redirect('file:///etc/passwd')],
    ['redirects with a password', 'another origin', redirect('https://a:b@localhost/x')],
    ['redirects nowhere', 'another origin', status(302)],
    [
      'redirects for ever',
      'more than 5 times',
      ({ url = '' }, response) => redirect(url)({} as never, response),
    ],
    ['refuses', 'answers 403', status(403)],
    ['is broken', 'answers 500', status(500)],
    ['answers 204', 'answers 204', status(204)],
    ['answers 206', 'answers 206', status(206)],
    [
      'sends a gzip bomb',
      'when it is unpacked',
      (_, r) => r.setHeader('content-encoding', 'gzip').end(bomb),
    ],
    [
      'sends broken gzip',
      'broke off',
      (_, r) => r.setHeader('content-encoding', 'gzip').end('no gzip'),
    ],
    [
      'sends gzip cut short',
      'broke off',
      (_, r) => r.setHeader('content-encoding', 'gzip').end(bomb.subarray(0, 500)),
    ],
    [
      'sends brotli',
      'content-encoding "br"',
      (_, r) => r.setHeader('content-encoding', 'br').end('x'),
    ],
    [
      'announces too much',
      'is larger than',
      (_, r) => void r.writeHead(200, { 'content-length': 5 * 2 ** 30 }).flushHeaders(),
    ],
    [
      'breaks off',
      'broke off',
      (_, r) => void r.writeHead(200, { 'content-length': 99 }).write('x', () => r.destroy()),
    ],
    ['never answers', 'nothing came for 300 ms', () => {}],
    [
      'stops in the middle',
      'broke off',
      (_, r) => void r.writeHead(200, { 'content-length': 99 }).write('x'),
    ],
    ['is endlessly slow', 'broke off', slow],
    ['sends something else', 'it', (_, r) => void r.end('<html></html>')],
  ];

  test.each(answers)('that %s is refused (notification)', async (what, reason, answer) => {
    await update();
    const served = { rrdp: node.rrdpView(), rsync: node.rsyncView() };
    origin.behaviour.intercept = (request, response) => {
      answer(request, response);
      return true;
    };
    repository.publish(uri('a.roa'), 'a2').commit();
    const expected = what === 'sends something else' ? 'root element is <html>' : reason;
    await expect(update()).rejects.toThrow(expected);
    expect({ rrdp: node.rrdpView(), rsync: node.rsyncView() }).toEqual(served);
    delete origin.behaviour.intercept;
    repository.publish(uri('a.roa'), 'a3').commit();
    await update();
    expectServes(node, repository);
  });

  test.each(answers)('that %s is refused (snapshot)', async (what, reason, answer) => {
    await update();
    const served = { rrdp: node.rrdpView(), rsync: node.rsyncView() };
    origin.behaviour.intercept = (request, response) => {
      if (
        !request.url?.includes('snapshot') &&
        !(what.includes('for ever') && request.url === '/x')
      )
        return false;
      answer(request, response);
      return true;
    };
    repository.publish(uri('a.roa'), 'a2').commit();
    const expected = what === 'sends something else' ? 'the notification says' : reason;
    await expect(update()).rejects.toThrow(expected);
    expect({ rrdp: node.rrdpView(), rsync: node.rsyncView() }).toEqual(served);
    expect(scene.names()).toEqual(['node', 'source']);
    delete origin.behaviour.intercept;
    await update();
    expectServes(node, repository);
  });

  test('that answers 304 although nothing was asked for is refused', async () => {
    origin.behaviour.intercept = (_, response) => void response.writeHead(304).end() === undefined;
    await expect(update()).rejects.toThrow('304 to a request without conditions');
  });

  test('that gives a very long ETag is asked without it', async () => {
    const etag = `"${'e'.repeat(12_000)}"`;
    origin.behaviour.intercept = ({ headers }, response) => {
      response.setHeader('etag', etag).setHeader('last-modified', 'Sat, 28 Nov 2026 10:00:00 GMT');
      expect(headers['if-none-match']).toBeUndefined();
      return false;
    };
    origin.behaviour.validators = false;
    await update();
    repository.publish(uri('a.roa'), 'a2').commit();
    await update();
    expectServes(node, repository);
  });

  test.each([400, 412, 431])('that answers %d to conditions is asked without', async (code) => {
    await update();
    let refusals = 0;
    origin.behaviour.intercept = ({ headers }, response) => {
      if (headers['if-none-match'] === undefined) return false;
      refusals += 1;
      response.writeHead(code).end();
      return true;
    };
    repository.publish(uri('a.roa'), 'a2').commit();
    await update();
    expectServes(node, repository);
    expect(refusals).toBe(1);
    origin.behaviour.intercept = (_, response) => void response.writeHead(code).end() === undefined;
    await expect(update()).rejects.toThrow(`answers ${code}`);
  });

  test('state that is damaged costs one transfer', async () => {
    await update();
    const path = join(node.root, 'state/source');
    expect(readFileSync(path, 'utf8')).toContain('"etag"');
    origin.answers.length = 0;
    const memory = new SourceMemory(join(node.root, 'nowhere'));
    expect(memory.recall('https://localhost/')).toBeUndefined();
  });
});
