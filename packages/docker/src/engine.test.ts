import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Engine } from './engine.ts';
import { statusOf } from './failure.ts';

let directory: string;
let server: Server | undefined;
const asked: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'krillmanager-docker-'));
  asked.length = 0;
});

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  rmSync(directory, { recursive: true });
});

const socketPath = () => join(directory, 'docker.sock');

/** A dockerd that offers API 1.52 and answers everything else so. */
async function dockerdThat(answers: RequestListener): Promise<Engine> {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url !== '/version') return answers(request, response);
    response.setHeader('content-type', 'application/json');
    response.end('{"ApiVersion": "1.52"}');
  });
  await new Promise<void>((resolve) => server?.listen(socketPath(), resolve));
  return new Engine({ socketPath: socketPath() });
}

const json =
  (status: number, body: object): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };

describe('a request to dockerd', () => {
  test('is made in the newest API that both sides know, asked for once', async () => {
    const engine = await dockerdThat(json(200, []));
    for (const _ of [1, 2]) await engine.ask('listing', (docker) => docker.listNodes());
    expect(asked).toEqual(['/version', '/v1.44/nodes', '/v1.44/nodes']);
  });

  test('that is refused fails in the words of dockerd', async () => {
    const engine = await dockerdThat(json(503, { message: 'This node is not a manager.' }));
    const failing = engine.ask('listing the nodes', (docker) => docker.listNodes());
    await expect(failing).rejects.toThrow(
      'listing the nodes: Docker answers 503: This node is not a manager.',
    );
    expect(statusOf(await failing.catch((error: unknown) => error))).toBe(503);
  });

  test('for what is not there finds nothing', async () => {
    const engine = await dockerdThat(json(404, { message: 'no such container' }));
    expect(await engine.find('looking', (docker) => docker.getContainer('x').inspect())).toBeNull();
  });

  test('to a dockerd that does not run says where to look', async () => {
    const engine = new Engine({ socketPath: socketPath() });
    await expect(engine.ask('listing', (docker) => docker.listNodes())).rejects.toMatchObject({
      message: `listing: Docker does not answer on ${socketPath()}`,
      hint: 'look at "systemctl status docker"',
    });
  });

  test('that is never answered ends', async () => {
    const engine = await dockerdThat(() => undefined);
    const hanging = engine.ask('listing', (docker) => docker.listNodes(), 100);
    await expect(hanging).rejects.toThrow('listing: Docker gave no answer within 0.1 s');
  });

  test('whose answer breaks off ends', async () => {
    const engine = await dockerdThat((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('[');
      setTimeout(() => response.destroy(), 10);
    });
    const broken = engine.ask('listing', (docker) => docker.listNodes(), 200);
    await expect(broken).rejects.toThrow('listing: Docker');
  });

  test('goes to the dockerd that has taken the place of another', async () => {
    const engine = await dockerdThat(json(400, { message: 'client version is too new' }));
    await expect(engine.ask('a', (docker) => docker.listNodes())).rejects.toThrow('too new');
    await expect(engine.ask('b', (docker) => docker.listNodes())).rejects.toThrow('too new');
    expect(asked.filter((url) => url === '/version')).toHaveLength(2);
  });
});
