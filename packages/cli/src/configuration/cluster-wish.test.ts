import { afterEach, describe, expect, test } from '@jest/globals';
import { type ClusterSettings, parseIp, usualSettings } from '@krillmanager/core';
import { clusterWish } from './cluster-wish.ts';

const files = { read: async () => null } as never;
const present: ClusterSettings = {
  ...usualSettings,
  domains: { krill: 'krill.lab', rrdp: 'rrdp.lab', rsync: 'rsync.lab' },
  krill: { mode: 'own', ca: 'ca' },
  tls: { mode: 'own', files: { certificate: '/of/another/node.pem', key: '/of/another/node.key' } },
  restarts: { nginx: 2 },
  release: '1.0.0-x',
  nodes: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(parseIp),
};
const { release: _, nodes: __, restarts: ___, ...services } = present;
const wish = (settings: ClusterSettings) => clusterWish({}, { files }, settings, null);

// The machine that runs the tests has no configuration of its own.
describe('without a file a formed cluster', () => {
  const variable = 'KRILLMANAGER_TLS_MODE';
  afterEach(() => {
    delete process.env[variable];
  });

  test('stays as it is, and the pair on the volume is not asked for again', async () => {
    const kept = { services, given: {}, restarts: { nginx: 2 }, nodes: null };
    expect(await wish(present)).toEqual(kept);
    const nameless: ClusterSettings = { ...present, tls: { mode: 'own' } };
    expect((await wish(nameless)).services.tls).toEqual({ mode: 'own' });
  });

  test('takes what the environment says', async () => {
    process.env[variable] = 'private';
    const { services: wanted, given } = await wish(present);
    expect({ wanted, given }).toEqual({
      wanted: { ...services, tls: { mode: 'private' } },
      given: {},
    });
  });
});
