import { mkdtemp, rm } from 'node:fs/promises';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Ip, type KeyPair, parseIp } from '@krillmanager/core';
import { nodeCertificates, opensslCertificates } from '@krillmanager/host';
import { ClusterPort } from './cluster-port.ts';
import { dial } from './dial.ts';
import { Heartbeats } from './heartbeats.ts';
import type { Identity } from './identity.ts';
import type { MajorityRecord } from './majority-record.ts';
import { monotonicMs } from './monotonic.ts';

const [first, second, stranger] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'].map(parseIp) as [
  Ip,
  Ip,
  Ip,
];
const state = { volume: true, majority: false, manager: true };
let scratch: string;
let authority: KeyPair;
let identities: readonly Identity[];
let server: ClusterPort;
let port: number;

async function identityOf(ip: Ip, by: KeyPair): Promise<Identity> {
  const certificates = nodeCertificates(scratch);
  const key = await certificates.newKey();
  const certificate = await certificates.sign(by, await certificates.request(key, ip), ip, 90);
  return { key, certificate, authority: by.certificate };
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'port-'));
  authority = await opensslCertificates({ scratch }).authority('Krill Manager', 3650);
  identities = await Promise.all([first, second, stranger].map((ip) => identityOf(ip, authority)));
  server = await openAt(first, identities[0] as Identity);
  port = server.port;
});
afterAll(async () => {
  server.close();
  await rm(scratch, { recursive: true });
});

const openAt = (self: Ip, identity: Identity, at = 0): Promise<ClusterPort> =>
  ClusterPort.open({
    self,
    port: at,
    identity,
    isNode: (ip) => ip === first || ip === second,
    state: () => state,
    routes: { '/hello': async (query, to) => void to.end(`hello ${query.get('who')}`) },
  });

/** What the port answers, or why it does not. */
const ask = (options: RequestOptions): Promise<string> =>
  new Promise((resolve) => {
    const asked = request({ ...options, path: '/hello?who=you' }, (answer) => {
      answer.setEncoding('utf8').on('data', resolve);
    });
    asked.once('error', ({ message }) => resolve(`refused: ${message}`)).end();
  });

const from = (self: Ip, identity: Identity | undefined): RequestOptions =>
  dial({ self, peer: first, port, identity: identity as Identity });

describe('the cluster port', () => {
  test('answers a node of the cluster', async () => {
    expect(await ask(from(second, identities[1]))).toBe('hello you');
  });

  test.each<[string, () => Promise<RequestOptions>]>([
    ['who shows nothing', async () => ({ host: first, port, ca: authority.certificate })],
    ['a node that is not in the cluster any more', async () => from(stranger, identities[2])],
    ["another node's certificate", async () => from(second, identities[0])],
    [
      'the certificate of another authority',
      async () => {
        const other = await opensslCertificates({ scratch }).authority('Krill Manager', 3650);
        const identity = await identityOf(second, other);
        return from(second, { ...identity, authority: authority.certificate });
      },
    ],
    [
      "the public server's certificate",
      async () => {
        const names = ['krill.lab', second];
        const pair = await opensslCertificates({ scratch }).server(authority, names, 90);
        return from(second, { ...pair, authority: authority.certificate });
      },
    ],
  ])('does not answer %s', async (_who, options) => {
    expect(await ask(await options())).toMatch(/^refused/);
  });

  test('whoever answers with another certificate than that node is not talked to', async () => {
    const impostors = [
      await opensslCertificates({ scratch }).server(authority, [second], 90),
      identities[2] as Identity,
    ];
    for (const pair of impostors) {
      const at = await openAt(second, { ...pair, authority: authority.certificate });
      const { port: there } = at;
      const identity = identities[0] as Identity;
      expect(await ask(dial({ self: first, peer: second, port: there, identity }))).toBe(
        'refused: what answers at 127.0.0.2 is not the agent of that node',
      );
      at.close();
    }
  });
});

describe('heartbeats', () => {
  const until = async (check: () => boolean): Promise<void> => {
    for (const end = Date.now() + 20_000; !check(); await pause(20)) {
      if (Date.now() > end) throw new Error(`never came: ${check}`);
    }
  };

  test('see a node while it lives, and again when it is back; a gap ends the run', async () => {
    const said: string[] = [];
    const records: MajorityRecord[] = [];
    let other = await openAt(first, identities[0] as Identity);
    const { port: there } = other;
    const identity = identities[1] as Identity;
    const heartbeats = new Heartbeats({
      way: (peer) => dial({ self: second, peer, port: there, identity }),
      monotonicMs,
      majority: (record) => records.push(record),
      say: (line) => said.push(line),
    });
    heartbeats.others = [first];
    await until(() => heartbeats.majority && records.length > 3);
    expect(heartbeats.sight.of(first)).toMatchObject({ state });
    expect(Math.abs(heartbeats.sight.of(first)?.skewMs ?? 9999)).toBeLessThan(1000);
    expect(new Set(records.map(({ since }) => since)).size).toBe(1);
    other.close();
    await until(() => !heartbeats.majority);
    other = await openAt(first, identities[0] as Identity, there);
    await until(() => heartbeats.majority && said.length === 3);
    expect(records.at(-1)?.since).toBeGreaterThan(records[0]?.seenAt ?? 0);
    expect(said.map((line) => line.split(':')[0])).toEqual([
      '127.0.0.1 is seen',
      '127.0.0.1 is not seen any more',
      '127.0.0.1 is seen',
    ]);
    heartbeats.close();
    other.close();
  }, 60_000);
});
