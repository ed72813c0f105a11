import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { runKrillsync } from './command.ts';
import { httpsSource } from './https-source.ts';
import type { Source } from './source.ts';
import { SourceMemory } from './source-memory.ts';
import { HttpsOrigin } from './testing/https-origin.ts';
import type { NodeOnDisk } from './testing/node-on-disk.ts';
import { byPath, byUri, Scene } from './testing/scene.ts';
import { watch } from './watch.ts';

const uri = (name: string): string => `rsync://repo.example.net/repo/${name}`;

const certificates = new Scene();
let scene: Scene;
let node: NodeOnDisk;
let repository: RrdpRepository;
let origin: HttpsOrigin;

afterAll(() => certificates.remove());

beforeEach(async () => {
  scene = new Scene();
  node = scene.node();
  repository = new RrdpRepository({ dir: scene.sourceDir });
  repository.publish(uri('a.roa'), 'a1').publish(uri('ca/b.roa'), 'b1').commit();
  origin = await new HttpsOrigin(scene.sourceDir, certificates.root).listen();
});

afterEach(() => {
  origin.close();
  scene.remove();
});

interface Trust {
  readonly insecure?: boolean;
  readonly caFile?: string | undefined;
  readonly env?: Record<string, string>;
}

function source(
  where = node,
  { insecure = false, caFile = origin.caFile, env = {} }: Trust = {},
): Source {
  return httpsSource({
    base: origin.base,
    notification: 'notification.xml',
    memory: new SourceMemory(join(where.root, 'state')),
    insecure,
    ...(caFile === '' ? {} : { caFile }),
    env,
    userAgent: 'krillsync/test',
    limits: { connectMs: 500, idleMs: 300, totalMs: 1500, retryMs: 5 },
  });
}

const update = (where = node) => where.update({ source: source(where) });

function expectServed(where = node): void {
  expect(where.notification().serial).toBe(repository.serial);
  expect(where.rrdpView()).toEqual(byUri(repository.objects));
  expect(where.rsyncView()).toEqual(byPath(repository.objects));
}

describe('an https source', () => {
  test('is served, over one connection, with its times', async () => {
    repository.publish(uri('a.roa'), 'a2').commit();
    repository.touch(1_700_000_000);
    expect(await update()).toMatchObject({ result: 'updated', serial: 2 });
    expectServed();
    expect(origin.connections).toBe(1);
    for (const path of repository.paths) {
      expect(statSync(join(node.rrdpDir, path)).mtimeMs).toBe(1_700_000_000_000);
    }
  });

  test('is asked for changes only, also by the next process', async () => {
    await update();
    origin.answers.length = 0;
    expect(await update()).toMatchObject({ result: 'unchanged' });
    expect(origin.answers).toEqual(['304 /rrdp/notification.xml']);
    repository.publish(uri('c.roa'), 'c').commit();
    expect(await update()).toMatchObject({ result: 'updated' });
    expectServed();
  });

  test('may pack what it sends', async () => {
    origin.behaviour.gzip = true;
    await update();
    expectServed();
  });

  test('that tells no times gets the same ones on all nodes', async () => {
    origin.behaviour.validators = false;
    const late = scene.node('late');
    await update();
    repository.publish(uri('a.roa'), 'a2').commit();
    await update();
    repository.withdraw(uri('ca/b.roa')).publish(uri('d.roa'), 'd').commit();
    await update();
    await update(late);
    expectServed(late);
    for (const path of repository.paths) {
      const mtime = (where: NodeOnDisk) => statSync(join(where.rrdpDir, path)).mtimeMs;
      expect(mtime(late)).toBe(mtime(node));
    }
  });

  test('is tried again when it stumbles', async () => {
    let faults = 0;
    origin.behaviour.intercept = (_, response) => {
      faults += 1;
      if (faults % 2 === 0) return false;
      response.writeHead(503).end();
      return true;
    };
    await update();
    expectServed();
  });

  test('may redirect within itself', async () => {
    const seen = new Set<string>();
    origin.behaviour.intercept = ({ url = '' }, response) => {
      if (!url.includes('snapshot') || seen.has(url)) return false;
      seen.add(url);
      response.writeHead(302, { location: url }).end();
      return true;
    };
    await update();
    expectServed();
  });

  test('that is not trusted is not read, unless told so', async () => {
    await expect(node.update({ source: source(node, { caFile: '' }) })).rejects.toThrow(
      /cannot fetch https:\/\/localhost:\d+\/rrdp\/notification.xml: .*certificate/,
    );
    await node.update({ source: source(node, { caFile: '', insecure: true }) });
    expectServed();
  });

  test('is reached through a proxy', async () => {
    const asked: string[] = [];
    const proxy = createServer().on('connect', ({ url = '' }, client, head) => {
      asked.push(url);
      const upstream = connect(origin.port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 ok\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on('error', () => client.destroy());
      client.on('error', () => upstream.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { port } = proxy.address() as AddressInfo;
    const https_proxy = `http://127.0.0.1:${port}`;
    await node.update({ source: source(node, { env: { https_proxy } }) });
    expectServed();
    expect(asked).toEqual([`localhost:${origin.port}`]);
    const around = { https_proxy, no_proxy: 'localhost' };
    await node.update({ source: source(node, { env: around }) });
    expect(asked).toHaveLength(1);
    proxy.close();
  });

  test('is followed by a daemon, which transfers what changed only', async () => {
    const stop = new AbortController();
    const setup = node.setup({ source: source(), stop: stop.signal });
    let serial = 0;
    const updated = (result: { serial: number }) => {
      serial = result.serial;
    };
    const watching = watch(setup, { pollMs: 50, updated });
    const until = async (wanted: number) => {
      for (let i = 0; i < 400 && serial < wanted; i += 1) await sleep(25);
      expect(serial).toBe(wanted);
    };
    await until(1);
    await sleep(300);
    const before = origin.answers.filter((answer) => answer.startsWith('200')).length;
    expect(before).toBe(2);
    repository.publish(uri('c.roa'), 'c').commit();
    await until(2);
    stop.abort();
    await watching;
    expectServed();
    expect(origin.answers.filter((answer) => answer.startsWith('304')).length).toBeGreaterThan(0);
    expect(origin.answers.filter((answer) => answer.startsWith('200')).length).toBe(before + 3);
  });

  test('is what the command reads when no source is given', async () => {
    const argv = [`${origin.base}notification.xml`, '-s', join(node.root, 'state'), '--json'];
    let out = '';
    const io = { stdout: { write: (text: string) => (out += text) }, stderr: { write: () => {} } };
    const plain = new RrdpRepository({
      dir: scene.sourceDir,
      notificationUri: `${origin.base}notification.xml`,
    });
    plain.publish(uri('x.roa'), 'x').commit();
    expect(await runKrillsync([...argv, '--ca-file', origin.caFile], io)).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ result: 'updated', objects: 1 });
    expect(await runKrillsync(argv, io)).toBe(1);
  });
});

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
    expectServed();
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
    expectServed();
  });

  test('that answers 304 although nothing was asked for is refused', async () => {
    origin.behaviour.intercept = (_, response) => void response.writeHead(304).end() === undefined;
    await expect(update()).rejects.toThrow('304 to a request without conditions');
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
