import { expect, test } from '@jest/globals';
import { spellSlave } from './spell-slave.ts';

test.each([
  ['--slave init', '--slave=1 init'],
  ['--slave=1 init', '--slave=1 init'],
  ['--slave 1 init', '--slave=1 init'],
  ['init --slave 2', 'init --slave=2'],
  ['init --slave', 'init --slave=1'],
  ['--slave --master=10.0.0.1 init', '--slave=1 --master=10.0.0.1 init'],
  ['krillc --slave 1', 'krillc --slave 1'],
  ['--slave krillc --slave', '--slave=1 krillc --slave'],
])('%s is read as %s', (typed, read) => {
  expect(spellSlave(typed.split(' ')).join(' ')).toBe(read);
});
