import { expect, test } from '@jest/globals';
import { type ClusterSettings, parseIp, usualSettings } from '@krillmanager/core';
import { driftedKeys } from './configuration-drift.ts';

const applied: ClusterSettings = {
  ...usualSettings,
  domains: { krill: 'a.example', rrdp: 'a.example', rsync: 'a.example' },
  krill: { mode: 'own', ca: 'ca' },
  release: '1.0.0-x',
  nodes: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map(parseIp),
};
const file = 'domains: a.example\ntls: { mode: private }\n';

test.each([
  ['says the same', file, []],
  ['says it at length', `${file}krill: { ca: ca }\nlog: { level: warn }\n`, []],
  ['names the nodes in another order', `${file}nodes: [10.0.0.3, 10.0.0.1, 10.0.0.2]\n`, []],
  ['wants others', `${file}nodes: [10.0.0.1, 10.0.0.2, 10.0.0.4]\n`, ['nodes']],
  ['wants more', `${file}log: { level: debug }\nmanagers: 3\n`, ['log', 'managers']],
  ['is not valid', `${file}tls: {}\n`, null],
])('the file on this server %s', (_what, text, keys) => {
  expect(driftedKeys(text, applied)).toEqual(keys);
});
