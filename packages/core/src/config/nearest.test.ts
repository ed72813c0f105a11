import { expect, test } from '@jest/globals';
import { nearest } from './nearest.ts';

test.each([
  ['rdrp', 'rrdp'],
  ['ndoes', 'nodes'],
  ['tsl', 'tls'],
  ['slt', null],
  ['lgo', 'log'],
  ['RRDP', 'rrdp'],
  ['managerss', 'managers'],
  ['certificat', null],
  ['', null],
])('%s is meant for %s', (word, meant) => {
  expect(nearest(word, ['rrdp', 'nodes', 'tls', 'log', 'managers'])).toBe(meant);
});
