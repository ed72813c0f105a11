import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { hasClient } from './client-process.ts';

const client = ['/usr/sbin/glusterfs', '--process-name', 'fuse', '--volfile-id=/v', '/mnt/volume'];

let proc: string;
beforeEach(async () => {
  proc = await mkdtemp(join(tmpdir(), 'proc-'));
  await writeFile(join(proc, 'uptime'), '1 1');
});
afterEach(() => rm(proc, { recursive: true }));

test.each<[string, readonly string[], boolean]>([
  ['the client of this mount', client, true],
  ['the client of another mount', client.with(-1, '/mnt/volume2'), false],
  ['a process that ended, and nobody waited for', [], false],
  ['somebody else who names it', ['stat', '/mnt/volume'], false],
  ['a brick', ['/usr/sbin/glusterfsd', '-s', 'host', '/mnt/volume'], false],
])('%s', async (_what, argv, serves) => {
  await mkdir(join(proc, '77'));
  await writeFile(join(proc, '77', 'cmdline'), argv.map((word) => `${word}\0`).join(''));
  await mkdir(join(proc, '78'));
  expect(await hasClient('/mnt/volume', proc)).toBe(serves);
});
