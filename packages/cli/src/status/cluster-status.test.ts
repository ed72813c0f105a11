import { describe, expect, test } from '@jest/globals';
import { type Ip, type NodeStatus, parseIp } from '@krillmanager/core';
import { summarise } from './cluster-status.ts';
import { statusText } from './print-status.ts';

const ips = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(parseIp);
const part = (name: string) => ({ name, id: name, running: true, healthy: true });
const stack = ['nginx', 'rsyncd', 'krillsync'].map(part);

const node = (ip: Ip, change: Partial<NodeStatus> = {}): NodeStatus => ({
  ip,
  release: '1.0.0-0',
  cluster: { id: 'c1', epoch: 1 },
  nodes: ips,
  domains: { krill: 'krill.lab', rrdp: 'rrdp.lab', rsync: 'rsync.lab' },
  mode: 'own',
  storage: 'ok',
  swarm: 'manager',
  session: 's',
  serial: 4,
  serving: { hash: 'h', healthy: true, ready: true },
  parts: ip === ips[1] ? [...stack, part('krill')] : stack,
  problems: [],
  doing: 'nothing to do',
  ...change,
});

const all = (change: Partial<Record<number, Partial<NodeStatus> | null>> = {}) =>
  new Map(ips.map((ip, at) => [ip, change[at] === null ? null : node(ip, change[at])]));

const own = node(ips[0] as Ip);

describe('the status of a cluster', () => {
  test('is ok when every node is online without a problem and everything runs', () => {
    const status = summarise(own, all());
    expect(status).toMatchObject({
      ok: true,
      krill: { node: '10.0.0.2' },
      cluster: { id: 'c1', epoch: 1 },
    });
    expect(status.nodes.map(({ role }) => role)).toEqual(['master', 'slave', 'slave']);
    expect(status.services).toContainEqual({ name: 'nginx', running: 3, desired: 3 });
  });

  test.each<[what: string, change: Partial<Record<number, Partial<NodeStatus> | null>>]>([
    ['a silent node', { 2: null }],
    ['a problem', { 0: { problems: ['the volume does not answer'] } }],
    ['Krill nowhere', { 1: { parts: stack } }],
    ['Krill that waits', { 1: { parts: [...stack, { ...part('krill'), healthy: false }] } }],
    ['a part that is missing', { 0: { parts: stack.slice(1) } }],
  ])('is not ok with %s', (_what, change) => {
    expect(summarise(own, all(change)).ok).toBe(false);
  });

  test('says what it cannot know of a silent node', () => {
    expect(summarise(own, all({ 2: null })).nodes[2]).toEqual({
      ip: '10.0.0.3',
      role: 'slave',
      online: false,
      storage: 'down',
      swarm: 'down',
      session: null,
      serial: null,
      problems: ['its agent does not answer'],
    });
  });

  test("has no repository to look at when that is a third party's", () => {
    const nginx = [part('nginx')];
    const answers = new Map(
      ips.map((ip, at) => [
        ip,
        node(ip, {
          mode: 'third-party',
          session: null,
          serial: null,
          parts: at === 1 ? [...nginx, part('krill')] : nginx,
        }),
      ]),
    );
    const status = summarise(node(ips[0] as Ip, { mode: 'third-party' }), answers);
    expect(status).toMatchObject({ ok: true, uris: { rrdp: null, rsync: null } });
    expect(status.services.map(({ name }) => name)).toEqual(['krill', 'nginx']);
    expect(statusText(status)).not.toMatch(/rsync|rrdp|content/i);
  });

  test.each([
    [['tls', 'log'], '! /km.yaml differs from what was applied (tls, log): "krillmanager init"'],
    [null, '! /km.yaml is not valid: see "krillmanager config check"'],
  ])('tells of a file that says something else: %j', (keys, expected) => {
    const status = { ...summarise(own, all()), configuration: { file: '/km.yaml', keys } };
    expect(statusText(status)).toContain(expected);
  });

  test('is readable', () => {
    const text = statusText(summarise(own, all({ 2: null })));
    expect(text).toContain('✗ not all is well  (cluster c1)');
    expect(text).toMatch(
      /10\.0\.0\.2 {2}slave {3}online {3}storage ok {4}manager {2}serial 4 {4}Krill/,
    );
    expect(text).toContain('✗ 10.0.0.3: its agent does not answer');
    expect(text).toMatch(/nginx +2\/3/);
  });
});
