import { expect, test } from '@jest/globals';
import type { ServiceSettings } from '../model/settings.ts';
import { settings } from '../testing/three-nodes.ts';
import { parseConfiguration } from './parse-configuration.ts';
import { serviceSettings } from './service-settings.ts';
import { settingsDocument } from './settings-document.ts';

const { release: _, nodes, ...usual } = settings;

test.each<[what: string, change: Partial<ServiceSettings>]>([
  ['what is usual', {}],
  ['a test bed', { krill: { mode: 'testbed', cas: 3, roas: 4 } }],
  ['own files', { tls: { mode: 'own', files: { certificate: '/c', key: '/k' } } }],
  ['storage', { storage: { replicas: 3, arbiter: nodes[2] as never, allowTwo: true } }],
  ['managers and ports', { managers: 5, ports: { ...usual.ports, https: 8443 } }],
  ['nobody and less', { access: { krill: [], balancers: ['192.0.2.1'] }, logLevel: 'debug' }],
])('settings come back from a document unchanged: %s', (_what, change) => {
  const whole = { ...usual, ...change };
  const found = parseConfiguration({ file: null, defaults: settingsDocument(whole) });
  expect(serviceSettings(found)).toEqual(whole);
});
