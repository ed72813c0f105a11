import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { lockFile, thisHolder } from '../lock/lock-file.ts';
import type { Argv } from '../run.ts';
import { volumeLock } from './volume-lock.ts';

const module = join(import.meta.dirname, 'run-volume-child.ts');
// Each lock is a process of its own, which starts slowly on a busy machine.
jest.setTimeout(60_000);

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'volume-lock-'));
});
afterEach(() => rm(root, { recursive: true }));

const lock = (command: string, mounted = false) => {
  const code = `import(${JSON.stringify(module)}).then((m) => m.runVolumeChild(${JSON.stringify(root)}, { mounted: ${mounted} }))`;
  const child: Argv = [process.execPath, '--disable-warning=ExperimentalWarning', '--eval', code];
  return volumeLock({ root, child }, 'lock/init', thisHolder(command));
};

test('is held by one, names the holder to the others, and is free when released', async () => {
  const first = await lock('first').tryLock();
  if (!first.held) throw new Error('nobody held it');
  expect(await lock('second').tryLock()).toMatchObject({
    held: false,
    holder: { command: 'first', pid: process.pid },
  });
  await first.release();
  const freed = async (): Promise<void> => {
    const third = await lock('third').tryLock();
    if (third.held) await third.release();
    else await freed();
  };
  await freed();
});

test('is the same as that of a process on the same file', async () => {
  const direct = await lockFile(join(root, 'lock/init'), thisHolder('direct')).tryLock();
  expect(await lock('second').tryLock()).toMatchObject({
    held: false,
    holder: { command: 'direct' },
  });
  if (direct.held) await direct.release();
  const then = await lock('third').tryLock();
  expect(then.held).toBe(true);
  if (then.held) await then.release();
});

test('is no lock where no volume is mounted', async () => {
  await expect(lock('first', true).tryLock()).rejects.toThrow('no volume is mounted');
});
