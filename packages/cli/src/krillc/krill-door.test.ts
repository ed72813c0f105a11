import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Ip, krillTlsName, parseIp } from '@krillmanager/core';
import { opensslCertificates } from '@krillmanager/host';
import { type KrillDoor, openKrillDoor } from './krill-door.ts';

/** Only the first has a Krill. */
const [here, away] = [parseIp('127.0.0.1'), parseIp('127.0.0.2')];
const socket = join(tmpdir(), `krill-door-${process.pid}.sock`);
let authority: string;
let krill: Server;
let asked: string[];

beforeAll(async () => {
  const certificates = opensslCertificates();
  const issuer = await certificates.authority('door', 1);
  const { certificate, key } = await certificates.server(issuer, [krillTlsName], 1);
  authority = issuer.certificate;
  krill = createServer({ cert: certificate, key: key.reveal() }, async (question, answer) => {
    const { method, url, headers } = question;
    asked.push(`${method} ${url} ${headers.authorization} ${await text(question)}`);
    if (url === '/lost') return void question.socket.destroy();
    answer.writeHead(201).end('done');
  });
  await new Promise<void>((resolve) => krill.listen(0, here, resolve));
});
afterAll(() => void krill.close());
beforeEach(() => {
  asked = [];
});

/** A request through a door whose search finds these nodes, one after the other. */
async function ask(path: string, found: readonly (Ip | null)[]) {
  let looks = 0;
  const find = async (): Promise<Ip | null> => found[Math.min(looks++, found.length - 1)] ?? null;
  const { port } = krill.address() as AddressInfo;
  const door = await openKrillDoor({ socket, find, token: 't', authority, againMs: 1, port });
  try {
    return { ...(await post(door, path)), looks };
  } finally {
    door.close();
  }
}

const post = (door: KrillDoor, path: string) =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const options = { socketPath: door.socket, path, method: 'POST', agent: false };
    const question = request(options, async (answer) =>
      resolve({ status: answer.statusCode, body: await text(answer) }),
    );
    question.once('error', reject).end('a ROA');
  });

test('a request reaches Krill as it is, with the token', async () => {
  expect(await ask('/api', [here])).toEqual({ status: 201, body: 'done', looks: 1 });
  expect(asked).toEqual(['POST /api Bearer t a ROA']);
});

test('one that nobody took is sent to where Krill is found next', async () => {
  expect(await ask('/api', [away, away, here])).toEqual({ status: 201, body: 'done', looks: 3 });
  expect(asked).toEqual(['POST /api Bearer t a ROA']);
});

test('one that Krill may have carried out is not sent again', async () => {
  const { status, body } = await ask('/lost', [here]);
  expect(status).toBe(503);
  expect(body).toContain(`Krill on ${here}: `);
  expect(asked).toHaveLength(1);
});

test('a Krill that is nowhere, or never where it is said to be, is named', async () => {
  const nowhere = await ask('/api', [null]);
  expect(nowhere).toMatchObject({ status: 503, body: expect.stringContaining('on any node') });
  const never = await ask('/api', [away]);
  expect(never).toMatchObject({
    status: 503,
    looks: 15,
    body: expect.stringContaining('ECONNREFUSED'),
  });
});
