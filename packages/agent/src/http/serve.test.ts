import { expect, test } from '@jest/globals';
import { familyOfLocal } from './serve.ts';

test.each([
  ['fd55::1', 'ipv6'],
  ['::ffff:10.55.0.1', 'ipv4'],
  ['10.55.0.1', 'ipv4'],
  ['::1', null],
  ['::ffff:127.0.0.1', null],
  ['127.0.0.1', null],
  [undefined, null],
])('called at %s, a master speaks %s', (address, family) => {
  expect(familyOfLocal(address)).toBe(family);
});
