import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { namedFiles } from './named-files.ts';

const root = mkdtempSync(join(tmpdir(), 'named-'));
const here = join(root, 'here');
mkdirSync(here);
for (const name of ['request.xml', 'here/delta', 'here.xml']) writeFileSync(join(root, name), '');
afterAll(() => rmSync(root, { recursive: true }));

const request = join(root, 'request.xml');

test.each([
  [['list'], here, []],
  [['publishers', 'add', '--request', request], here, [request]],
  [['add', `--request=${request}`, '--ca=request.xml'], here, [request]],
  [['add', '--request', '../request.xml', request], here, [request]],
  // What the bound directory holds is there already; a name that begins like it is not in it.
  [['--delta', 'delta', '../here.xml'], here, [join(root, 'here.xml')]],
  [['--delta', here, root, '/nowhere/file', ''], here, []],
  [['--request', request.slice(1)], '/', [request]],
])('%j in %s names %j', (argv, directory, files) => {
  expect(namedFiles(argv, directory)).toEqual(files);
});
