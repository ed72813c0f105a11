import { expect, test } from '@jest/globals';
import { agreedVersion } from './api-version.ts';

test.each([
  ['1.41', '1.41'],
  ['1.44', '1.44'],
  ['1.52', '1.44'],
  ['2.0', '1.44'],
])('a daemon that offers API %s is asked in %s', (offered, agreed) => {
  expect(agreedVersion(offered, '1.44')).toBe(agreed);
});
