import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { defineOptions } from './define-options.ts';

const silent = { write() {} };
const command = defineOptions({ stdout: silent, stderr: silent, version: '1.2.3' });
const names = command.options.flatMap(({ long }) => (long ? [long] : []));
const docs = join(import.meta.dirname, '../../../docs');
/** In roff a hyphen that is to be one in the output has a backslash. */
const manual = readFileSync(join(docs, 'krillsync.1'), 'utf8').replaceAll('\\-', '-');
const guide = readFileSync(join(docs, 'krillsync.md'), 'utf8');

describe('every option', () => {
  test.each(names)('%s is in the manual page and in the guide', (name) => {
    const word = new RegExp(`(?<![\\w-])${name}(?![\\w-])`);
    expect(manual).toMatch(word);
    expect(guide).toMatch(word);
  });

  test.each(['verify', 'accept'])('and so is the word %s, also in the help', (word) => {
    expect(manual).toMatch(new RegExp(`^\\.B.*${word}`, 'm'));
    expect(guide).toContain(`krillsync ${word}`);
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toContain(`krillsync ${word}`);
  });
});
