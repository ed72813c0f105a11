import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { RrdpRepository } from '@krillmanager/testkit';

// A program that runs unbuilt takes its time to start.
jest.setTimeout(60_000);

const dir = mkdtempSync(join(tmpdir(), 'krill-sync-'));
const program = join(dir, 'krill-sync');
const source = join(dir, 'source');

beforeAll(() => {
  new RrdpRepository({ dir: source }).publish('rsync://repo.example.net/repo/a.roa', 'a').commit();
  const main = join(import.meta.dirname, '../../cli/src/main.ts');
  // Unbuilt there is no executable that a link could point to; the name is what counts.
  writeFileSync(program, `#!/bin/bash\nexec -a krill-sync ${process.execPath} ${main} "$@"\n`);
  chmodSync(program, 0o755);
});

afterAll(() => rmSync(dir, { recursive: true }));

test("a crontab line of krill-sync's works unchanged, with cron's environment", () => {
  const uri = 'https://rrdp.example.net/rrdp/notification.xml';
  const state = join(dir, 'state');
  const line = `${program} ${uri} --source_uri_base ${source}/ -s ${state} --rrdp-max-deltas 50 -q`;
  const cron = ['-i', 'PATH=/usr/bin:/bin', 'HOME=/root', 'SHELL=/bin/sh', 'sh', '-c', line];
  expect(execFileSync('env', cron, { encoding: 'utf8' })).toBe('');
  expect(existsSync(join(state, 'rrdp/notification.xml'))).toBe(true);
  expect(existsSync(join(state, 'rsync/current/a.roa'))).toBe(true);
});
