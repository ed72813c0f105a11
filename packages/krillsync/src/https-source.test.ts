import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';
import { runKrillsync } from './command.ts';
import { expectServes, uri } from './testing/first-publication.ts';
import type { HttpsOrigin } from './testing/https-origin.ts';
import { HttpsScene } from './testing/https-scene.ts';
import { type NodeOnDisk, namesBelow, notificationUri } from './testing/node-on-disk.ts';
import { krillsync } from './testing/run-command.ts';
import { Scene } from './testing/scene.ts';
import { watch } from './watch.ts';

// A process of its own takes its time to start.
jest.setTimeout(30_000);

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

describe('an https source', () => {
  test('is served, over one connection, with its times', async () => {
    repository.publish(uri('a.roa'), 'a2').commit();
    repository.touch(1_700_000_000);
    expect(await update()).toMatchObject({ result: 'updated', serial: 2 });
    expectServes(node, repository);
    expect(origin.connections).toBe(1);
    for (const path of repository.paths) {
      expect(statSync(join(node.rrdpDir, path)).mtimeMs).toBe(1_700_000_000_000);
    }
  });

  test.each([true, 'times' as const])(
    'is asked for changes only, also by the next process: %s',
    async (validators) => {
      origin.behaviour.validators = validators;
      repository.touch(1_700_000_000);
      await update();
      origin.answers.length = 0;
      expect(await update()).toMatchObject({ result: 'unchanged' });
      expect(origin.answers).toEqual(['304 /rrdp/notification.xml']);
      repository.publish(uri('c.roa'), 'c').commit();
      repository.touch(1_700_000_060);
      expect(await update()).toMatchObject({ result: 'updated' });
      expectServes(node, repository);
    },
  );

  test('may pack what it sends', async () => {
    origin.behaviour.gzip = true;
    await update();
    expectServes(node, repository);
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
    expectServes(late, repository);
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
    expectServes(node, repository);
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
    expectServes(node, repository);
  });

  test('is given the user and password of its URI, which nothing shows', async () => {
    const asked = new Set<string | undefined>();
    origin.behaviour.intercept = ({ headers }) => {
      asked.add(headers.authorization);
      return false;
    };
    const base = origin.base.replace('//', '//krill:s3%20cret@');
    const state = join(node.root, 'state');
    const given = [notificationUri.text, '--source-uri-base', base, '-s', state];
    const { code, out, err } = await krillsync(...given, '--ca-file', origin.caFile, '-vvv');
    expect(code).toBe(0);
    expect([...asked]).toEqual([`Basic ${Buffer.from('krill:s3 cret').toString('base64')}`]);
    const written = namesBelow(state).map((name) => join(state, name));
    const texts = written
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path));
    expect(`${out}${err}${texts.join()}`).not.toMatch(/krill:|cret/);
  });

  test('writes nothing for --dry-run', async () => {
    const given = [notificationUri.text, '--source-uri-base', origin.base, '-s', node.root];
    const done = await krillsync(...given, '--ca-file', origin.caFile, '--dry-run');
    expect(done).toMatchObject({ code: 0, out: 'update: nothing is served yet\n' });
    expect(namesBelow(node.root)).toEqual([]);
  });

  test('that is not trusted is not read, unless told so', async () => {
    await expect(node.update({ source: scene.source(node, { caFile: '' }) })).rejects.toThrow(
      /cannot fetch https:\/\/localhost:\d+\/rrdp\/notification.xml: its certificate is of no trusted authority \(see --ca-file\)/,
    );
    await node.update({ source: scene.source(node, { caFile: '', insecure: true }) });
    expectServes(node, repository);
  });

  test('is trusted when the system knows its authority', async () => {
    const given = [notificationUri.text, '--source-uri-base', origin.base, '-s', node.root];
    const program = [join(import.meta.dirname, 'main.ts'), ...given];
    const env = { ...process.env, SSL_CERT_FILE: origin.caFile, NODE_OPTIONS: '' };
    await promisify(execFile)(process.execPath, program, { env });
    expect(node.notification().serial).toBe(repository.serial);
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
    await node.update({ source: scene.source(node, { env: { https_proxy } }) });
    expectServes(node, repository);
    expect(asked).toEqual([`localhost:${origin.port}`]);
    const around = { https_proxy, no_proxy: 'localhost' };
    await node.update({ source: scene.source(node, { env: around }) });
    expect(asked).toHaveLength(1);
    proxy.close();
  });

  test('is followed by a daemon, which transfers what changed only', async () => {
    const stop = new AbortController();
    const setup = node.setup({ source: scene.source(node), stop: stop.signal });
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
    expectServes(node, repository);
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
