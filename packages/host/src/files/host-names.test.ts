import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseIp } from '@krillmanager/core';
import { assignIn, hostNames, namedIn } from './host-names.ts';

const ips = (...texts: string[]) => texts.map(parseIp);
const ours = (...lines: string[]) =>
  [
    '# krillmanager: begin (written by krillmanager; edit outside of this block)',
    ...lines,
    '# krillmanager: end',
    '',
  ].join('\n');
const one = ours('10.0.0.1 km-10-0-0-1');
const both = ours('10.0.0.1 km-10-0-0-1', '10.0.0.2 km-10-0-0-2');

const assigned: [why: string, before: string, wanted: string[], after: string][] = [
  ['an empty file', '', ['10.0.0.1'], one],
  ['after what is there', '::1 localhost\n', ['10.0.0.1'], `::1 localhost\n${one}`],
  ['a last line without an end', '::1 localhost', ['10.0.0.1'], `::1 localhost\n${one}`],
  ['the same again', `a\n${one}`, ['10.0.0.1'], `a\n${one}`],
  ['replaces ours', one, ['fd55::2'], ours('fd55::2 km-fd55--2')],
  ['keeps what follows ours', `a\n${one}b\tc  # d\r\n\n`, [], 'a\nb\tc  # d\r\n\n'],
  ['takes two blocks away', `${one}x\n${one}`, [], 'x\n'],
  ['a block at the very end', `x\n${one.trimEnd()}`, [], 'x\n'],
  ['a begin without an end', '# krillmanager: begin\nx\n', [], '# krillmanager: begin\nx\n'],
  ['sorted, each once', '', ['10.0.0.2', '10.0.0.1', '10.0.0.2'], both],
];

test.each(assigned)('assignIn: %s', (_why, before, wanted, after) => {
  expect(assignIn(before, ips(...wanted))).toBe(after);
});

const named: [text: string, named: string[]][] = [
  ['', []],
  ['127.0.0.1 localhost\n', []],
  [one, ['10.0.0.1']],
  ['10.0.0.9\tdb  km-10-0-0-9 # x', ['10.0.0.9']],
  ['10.0.0.9 km-10-0-0-8\n', []],
  ['# 10.0.0.9 km-10-0-0-9\n', []],
  [`${one}10.0.0.1 km-10-0-0-1\n`, ['10.0.0.1']],
];

test.each(named)('in %j we name %j', (text, expected) => {
  expect(namedIn(text)).toEqual(expected);
});

describe('hostNames', () => {
  let dir: string;
  let path: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'host-names-'));
    path = join(dir, 'hosts');
    await writeFile(path, '127.0.0.1 localhost\n');
    await chmod(path, 0o640);
  });
  afterEach(() => rm(dir, { recursive: true }));

  test('assigns, tells, and takes everything away again, keeping the rights', async () => {
    const names = hostNames(path);
    await names.assign(ips('10.0.0.2', 'fd55::3'));
    expect(await names.named()).toEqual(['10.0.0.2', 'fd55::3']);
    expect((await stat(path)).mode & 0o7777).toBe(0o640);
    await names.assign([]);
    expect(await readFile(path, 'utf8')).toBe('127.0.0.1 localhost\n');
  });

  test('does not touch a file that is right already', async () => {
    const names = hostNames(path);
    await names.assign(ips('10.0.0.2'));
    const before = (await stat(path)).ino;
    await names.assign(ips('10.0.0.2'));
    expect((await stat(path)).ino).toBe(before);
  });
});
