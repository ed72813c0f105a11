import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type ClusterSettings, parseIp, usualSettings } from '@krillmanager/core';
import { Lab } from '../lab.ts';
import { eventually } from '../proof/until.ts';
import { runProgram } from '../run-program.ts';
import { cachesInFront, type Freshness, startCaches, watchFreshness } from './caches.ts';
import { type Answer, type Asked, fetched } from './fetched.ts';
import { krillFrontDoor } from './krill-front-door.ts';
import { Publication } from './publication.ts';
import { requestLimit } from './request-limit.ts';
import { rsyncModules } from './rsync-modules.ts';
import { rsyncSwitches } from './rsync-switches.ts';
import type { Scene } from './scene.ts';
import { type ServingCertificates, servingCertificates } from './serving-certificates.ts';
import { ServingNode } from './serving-node.ts';
import { wireManners } from './wire-manners.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const lab = new Lab({ dir: '/var/tmp/krillmanager-lab-serving', net: '10.76.0', net6: 'fd76::' });
const [h1, h2] = [new ServingNode(lab, 'h1'), new ServingNode(lab, 'h2')];
const nodes = [h1, h2];
const publication = new Publication(lab, nodes);
const scratch = mkdtempSync(join(tmpdir(), 'serving-'));
const authority = join(scratch, 'ca.pem');
const minuteMs = 60_000;
const notification = 'https://rrdp.lab/rrdp/notification.xml';

let settings: ClusterSettings;
let freshness: Promise<Freshness>;
let certificates: ServingCertificates;

jest.setTimeout(minuteMs);

beforeAll(async () => {
  await must(`${root}scripts/build`, [], 10 * minuteMs);
  await lab.down();
  await lab.up(nodes.length);
  certificates = await servingCertificates(['krill.lab', 'rrdp.lab', 'rsync.lab']);
  writeFileSync(authority, certificates.authority);
  await Promise.all(nodes.map((node) => node.install()));
  await publication.next(20);
  await publication.next(3);
  settings = {
    ...usualSettings,
    domains: { krill: 'krill.lab', rrdp: 'rrdp.lab', rsync: 'rsync.lab' },
    krill: { mode: 'testbed', cas: 1, roas: 1 },
    access: { krill: ['0.0.0.0/0', '::/0'], balancers: ['10.76.0.254'] },
    release: (await h1.release()).release,
    nodes: nodes.map(({ ip }) => parseIp(ip)),
  };
  for (const node of nodes) await node.write('/var/lib/krillmanager/serving/ta/ta.cer', 'anchor');
  await Promise.all(nodes.map((node) => node.apply(settings, certificates)));
  await eventually(
    () => ask(notification),
    ({ status }) => status === 200,
    minuteMs,
  );
  await startCaches(scene());
  // Goes on beside the tests, which would else wait for it.
  freshness = watchFreshness(scene());
  const isSame = (shown: readonly number[]): boolean => shown.every((serial) => serial === 3);
  await eventually(serials, isSame, minuteMs);
}, 15 * minuteMs);

afterAll(async () => {
  publication.remove();
  rmSync(scratch, { recursive: true });
  await lab.down();
}, minuteMs);

const ask = (uri: string, asked: Partial<Asked> = {}): Promise<Answer> =>
  fetched(uri, { ip: h1.ip, authority, ...asked });
const serials = (): Promise<readonly number[]> =>
  Promise.all(
    nodes.map(async ({ ip }) =>
      Number(/ serial="(\d+)"/.exec((await ask(notification, { ip })).body)?.[1]),
    ),
  );
const rrdp = (path: string): string => `https://rrdp.lab/rrdp/${path}`;
const snapshot = (): string => rrdp(publication.repository.paths[0] ?? '');

describe('what relying parties get over RRDP', () => {
  test.each(['notification', 'snapshot', 'delta'])(
    'the %s has the same Last-Modified and ETag on all nodes',
    async (which) => {
      const [first = '', second = ''] = publication.repository.paths;
      const uri = { notification, snapshot: rrdp(first), delta: rrdp(second) }[which] ?? '';
      const [one, other] = await Promise.all(nodes.map(({ ip }) => ask(uri, { ip })));
      expect(one).toMatchObject({ status: 200, body: other?.body });
      for (const name of ['last-modified', 'etag', 'content-type', 'content-length']) {
        expect([name, one?.headers[name]]).toEqual([name, expect.any(String)]);
        expect([name, one?.headers[name]]).toEqual([name, other?.headers[name]]);
      }
    },
  );

  test('caches are told how long each is good', async () => {
    expect((await ask(notification)).headers['cache-control']).toMatch(/^public, max-age=60, /);
    expect((await ask(snapshot())).headers['cache-control']).toBe(
      'public, max-age=86400, immutable',
    );
  });

  test('who takes gzip gets it, the same on all nodes, with a tag of its own', async () => {
    const gzip = ['--header', 'Accept-Encoding: gzip'];
    const packed = (ip: string) => ask(snapshot(), { ip, curl: gzip });
    const isPacked = ({ headers }: Answer) => headers['content-encoding'] === 'gzip';
    const all = nodes.map(({ ip }) => eventually(() => packed(ip), isPacked, minuteMs / 2));
    const [one, other] = (await Promise.all(all)).map(({ headers }) => headers);
    const plain = (await ask(snapshot())).headers;
    for (const name of ['last-modified', 'etag', 'content-length', 'cache-control', 'vary']) {
      expect([name, one?.[name]]).toEqual([name, other?.[name]]);
    }
    expect(one?.['last-modified']).toBe(plain['last-modified']);
    expect([one?.['vary'], plain['vary']]).toEqual(['Accept-Encoding', 'Accept-Encoding']);
    expect(one?.['etag']).not.toBe(plain['etag']);
    expect(Number(one?.['content-length'])).toBeLessThan(Number(plain['content-length']));
    const has = (etag = '') =>
      ask(snapshot(), { curl: [...gzip, '--header', `If-None-Match: ${etag}`] });
    expect((await has(one?.['etag'])).status).toBe(304);
    expect((await has(plain['etag'])).status).toBe(200);
    const { status, body } = await ask(snapshot(), { curl: ['--compressed'] });
    expect([status, body]).toEqual([200, (await ask(snapshot())).body]);
  });

  test.each(['notification', 'snapshot'])(
    'who has the %s is told so, by time and by tag',
    async (which) => {
      const uri = which === 'notification' ? notification : snapshot();
      const conditions = [
        ({ headers }: Answer) => `If-None-Match: ${headers['etag']}`,
        ({ headers }: Answer) => `If-Modified-Since: ${headers['last-modified']}`,
      ];
      for (const condition of conditions) {
        const again = async () => ask(uri, { curl: ['--header', condition(await ask(uri))] });
        // A new serial may come between the two questions.
        const { body } = await eventually(again, ({ status }) => status === 304, 10_000);
        expect(body).toBe('');
      }
    },
  );

  test('what is not there is not remembered to be not there', async () => {
    const { status, headers } = await ask(rrdp(`${publication.repository.session}/99/x/delta.xml`));
    expect([status, headers['cache-control']]).toEqual([404, 'no-store']);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not allowed', async (method) => {
    const curl = ['--request', method, '--data', 'x'];
    for (const uri of [notification, snapshot()]) {
      const { status, headers } = await ask(uri, { curl });
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    }
  });

  test('HEAD has the headers of GET', async () => {
    const [get, head] = [await ask(snapshot()), await ask(snapshot(), { curl: ['--head'] })];
    const { date: _, ...headers } = get.headers;
    expect(head).toMatchObject({ status: 200, headers, body: '' });
  });

  test.each(['?x', '?0', '?x=1&y=2'])('the query string %s is refused', async (query) => {
    expect((await ask(notification + query)).status).toBe(404);
  });

  test.each(['.krillsync/0', '../serving/tls/server.key', '%2e%2e/state/state.json', ''])(
    '/rrdp/%s is not there',
    async (path) => {
      expect([403, 404]).toContain((await ask(rrdp(path))).status);
    },
  );

  test('over IPv4 and IPv6, HTTP/1.1 and HTTP/2', async () => {
    for (const ip of [h1.ip, `[${h1.ip6}]`]) {
      expect(await ask(notification, { ip })).toMatchObject({ status: 200, version: '2' });
      const curl = ['--http1.1'];
      expect(await ask(notification, { ip, curl })).toMatchObject({ status: 200, version: '1.1' });
    }
  });

  test('TLS 1.2 and 1.3, and nothing older', async () => {
    const versions = ['1.2', '1.3'].map((version) => ['--tls-max', version, '--tlsv1.2']);
    for (const curl of versions) expect((await ask(notification, { curl })).status).toBe(200);
    const old = ['--tls-max', '1.1', '--tlsv1.0', '--ciphers', 'DEFAULT@SECLEVEL=0'];
    await expect(ask(notification, { curl: old })).rejects.toThrow(/protocol version|alert/);
  });

  test('what makes browsers careful', async () => {
    expect((await ask(notification)).headers).toMatchObject({
      'strict-transport-security': 'max-age=63072000',
      'x-content-type-options': 'nosniff',
      server: 'nginx',
    });
  });

  test('nothing under another name', async () => {
    expect((await ask('http://other.lab/')).status).toBe(421);
    const curl = ['--insecure'];
    expect((await ask('https://other.lab/rrdp/notification.xml', { curl })).status).toBe(421);
    const { status, headers } = await ask('http://rrdp.lab/rrdp/notification.xml');
    expect([status, headers['location']]).toEqual([308, notification]);
  });
});

const scene = (): Scene => ({ h1, h2, lab, ask, authority, settings, certificates, publication });
describe("Krill's paths", () => krillFrontDoor(scene));
describe('connections', () => wireManners(scene));
describe('requests', () => requestLimit(scene));
describe('rsyncd', () => rsyncModules(scene));
describe('rsync in mid-transfer', () => rsyncSwitches(scene));
describe('caches', () => cachesInFront(scene, () => freshness));

async function must(file: string, argv: readonly string[], deadlineMs: number): Promise<void> {
  const { code, stderr } = await runProgram(file, argv, { env: process.env, deadlineMs });
  if (code !== 0) throw new Error(`${file} exits with ${code}\n${stderr}`);
}
