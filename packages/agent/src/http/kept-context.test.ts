import { expect, test } from '@jest/globals';
import { keptContext } from './kept-context.ts';

test('a context is made anew for other material only', () => {
  const contextOf = keptContext();
  const first = contextOf({ minVersion: 'TLSv1.3' });
  expect(contextOf({ minVersion: 'TLSv1.3' })).toBe(first);
  const other = contextOf({ minVersion: 'TLSv1.2' });
  expect(other).not.toBe(first);
  expect(contextOf({ minVersion: 'TLSv1.2' })).toBe(other);
});
