import { describe, expect, test } from '@jest/globals';
import type { ClusterSettings } from '../model/settings.ts';
import { h1, h2, h3, release, settings } from '../testing/three-nodes.ts';
import { servingHash } from './serving.ts';
import { servingSpec, servingView } from './serving-spec.ts';
import { specHash } from './spec-hash.ts';

const spec = (change: Partial<ClusterSettings> = {}) =>
  servingSpec({ ...settings, ...change }, release, (template, view) =>
    JSON.stringify({ template, view }),
  );
const names = (change: Partial<ClusterSettings>) => spec(change).containers.map(({ name }) => name);

describe('the serving stack', () => {
  test('synchronises before it serves', () => {
    expect(names({})).toEqual(['krillsync', 'nginx', 'rsyncd']);
  });

  test("has no repository when that is a third party's", () => {
    expect(names({ krill: { mode: 'third-party', ca: 'ca' } })).toEqual(['nginx']);
  });

  test('has no containers when the cluster was stopped', () => {
    expect(names({ stopped: true })).toEqual([]);
  });

  test('starts a part anew that was told to, and no other', () => {
    const hashes = (change: Partial<ClusterSettings>) => spec(change).containers.map(specHash);
    const [krillsync, nginx, rsyncd] = hashes({});
    expect(hashes({ restarts: { nginx: 1 } })).toEqual([krillsync, expect.any(String), rsyncd]);
    expect(hashes({ restarts: { nginx: 1 } })).not.toContain(nginx);
  });

  test('follows certificates, and the trust anchor of a test bed', () => {
    const followed = (change: Partial<ClusterSettings>) => spec(change).follows.map(({ to }) => to);
    const world = ['tls/server.pem', 'tls/server.key', 'tls/authority.pem'];
    const certificates = [...world, 'tls/internal.pem', 'tls/internal.key'];
    expect(followed({})).toEqual(certificates);
    expect(followed({ krill: { mode: 'third-party', ca: 'ca' } })).toEqual(world);
    expect(followed({ krill: { mode: 'testbed', cas: 1, roas: 1 } })).toEqual([
      ...certificates,
      'ta/ta.tal',
      'ta/ta.cer',
    ]);
  });

  test.each([
    ['/rrdp/8a9c2a2e-6a3c-4a11-9a53-2b9b6a4b8f11/12/9f0C/snapshot.xml', true],
    ['/rrdp/8a9c2a2e-6a3c-4a11-9a53-2b9b6a4b8f11/12/9f0C/delta.xml', true],
    ['/rrdp/notification.xml', false],
    ['/rrdp/8a9c2a2e-6a3c-4a11-9a53-2b9b6a4b8f11/12/../delta.xml', false],
    ['/rrdp/8a9c2a2e-6a3c-4a11-9a53-2b9b6a4b8f11/12/9f0C/delta.xml.gz', false],
    ['/rrdp/8a9c2a2e-6a3c-4a11-9a53-2b9b6a4b8f11/-1/9f0C/delta.xml', false],
    ['/rrdp/session/12/9f0C/delta.xml', false],
    ['/rrdp/8a9c2a2e-6a3c-4a11-9a53-2b9b6a4b8f11/12/snapshot.xml', false],
    ['/ui/rrdp/8a9c2a2e-6a3c-4a11-9a53-2b9b6a4b8f11/12/9f0C/snapshot.xml', false],
  ])('peers are asked for %s: %s', (path, asked) => {
    const [, pattern = ''] = /^"(.*)"$/.exec(servingView(settings).rrdpFile) ?? [];
    expect(new RegExp(pattern).test(path)).toBe(asked);
  });

  test('keeps the keys to root', () => {
    const modes = spec().follows.map(({ to, mode }) => [to, mode.toString(8)]);
    expect(Object.fromEntries(modes)).toMatchObject({
      'tls/server.key': '600',
      'tls/internal.key': '600',
    });
  });

  test('is the same for every order of the nodes', () => {
    expect(servingHash(spec({ nodes: [h3, h1, h2] }))).toBe(servingHash(spec()));
  });

  test('is another one when the settings are', () => {
    expect(servingHash(spec({ rsyncMaxConnections: 9 }))).not.toBe(servingHash(spec()));
  });

  test('names each domain once', () => {
    const { domains } = settings;
    expect(servingView(settings).names).toEqual(['krill.lab', 'rrdp.lab', 'rsync.lab']);
    const one = { ...settings, domains: { ...domains, rsync: 'rrdp.lab' } };
    expect(servingView(one).names).toEqual(['krill.lab', 'rrdp.lab']);
  });
});
