import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { configurationReference } from './reference.ts';

const file = 'docs/configuration.md';
const [begin, end] = ['<!-- keys -->', '<!-- end of keys -->'];

/** KRILLMANAGER_WRITE=1 writes the table instead. */
test('the documentation has the table of all keys', () => {
  const text = readFileSync(file, 'utf8');
  const table = new RegExp(`${begin}[\\s\\S]*${end}`);
  const current = text.replace(table, () => [begin, configurationReference(), end].join('\n'));
  if (process.env['KRILLMANAGER_WRITE'] === '1') writeFileSync(file, current);
  else expect(text).toBe(current);
});
