import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type LockAttempt, lockFile, thisHolder } from './lock-file.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lock-file-'));
  path = join(dir, 'run', 'init.lock');
});
afterEach(() => rm(dir, { recursive: true }));

const taken = async (attempt: Promise<LockAttempt>) => {
  const result = await attempt;
  if (!result.held) throw new Error(`held by ${JSON.stringify(result.holder)}`);
  return result;
};

describe('lockFile', () => {
  test('is held by one, tells the other who holds it, and is free when released', async () => {
    const first = await taken(lockFile(path, thisHolder('init')).tryLock());
    const second = await lockFile(path, thisHolder('init')).tryLock();
    expect(second).toMatchObject({ held: false, holder: { pid: process.pid, command: 'init' } });
    await first.release();
    await (await taken(lockFile(path, thisHolder('init')).tryLock())).release();
  });

  test('is held against another process, and freed by its sudden death', async () => {
    const other = await holderProcess();
    const attempt = await lockFile(path, thisHolder('init')).tryLock();
    expect(attempt).toMatchObject({ held: false, holder: { pid: other.pid, command: 'other' } });
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await taken(lockFile(path, thisHolder('init')).tryLock())).release();
  });

  test('of many who try at once, one gets it', async () => {
    const attempts = await Promise.all(
      Array.from({ length: 8 }, () => lockFile(path, thisHolder('init')).tryLock()),
    );
    expect(attempts.filter(({ held }) => held)).toHaveLength(1);
    for (const attempt of attempts) if (attempt.held) await attempt.release();
  });
});

async function holderProcess(): Promise<ChildProcess> {
  const module = JSON.stringify(join(import.meta.dirname, 'lock-file.ts'));
  const code = `import(${module}).then((m) => m.lockFile(${JSON.stringify(path)}, m.thisHolder('other')).tryLock())
    .then(() => { console.log('held'); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}
