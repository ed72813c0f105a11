import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { lockFile, thisHolder } from '../lock/lock-file.ts';
import type { Argv } from '../run.ts';
import { type HeldVolumeLock, volumeLock } from './volume-lock.ts';

const module = join(import.meta.dirname, 'run-volume-child.ts');
// Each lock is a process of its own, which starts slowly on a busy machine.
jest.setTimeout(120_000);

/** After which it is taken anew. */
const freshMs = 1100;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'volume-lock-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Node cleans up all the time in the process that holds it, and the process ends when the file "die" is there. */
const lock = (command: string, mounted = false) => {
  const [program, volume] = [module, root].map((path) => JSON.stringify(path));
  const code = `import(${program}).then((m) => m.runVolumeChild(${volume}, { mounted: ${mounted} }));
    const { existsSync } = process.getBuiltinModule('node:fs');
    setInterval(() => { gc(); if (existsSync(${volume} + '/die')) process.exit(); }, 100).unref();`;
  const flags = ['--disable-warning=ExperimentalWarning', '--expose-gc'];
  const child: Argv = [process.execPath, ...flags, '--eval', code];
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

const held = async (command: string): Promise<HeldVolumeLock> => {
  const attempt = await lock(command).tryLock();
  if (!attempt.held) throw new Error(`held by ${attempt.holder?.command}`);
  return attempt;
};

/** What a brick does that starts again: the file is a new one, on which nobody has a lock. */
const forget = (file: string) => rm(join(root, file));

test('stays with its holder though Node cleans up', async () => {
  const first = await held('first');
  await pause(1500);
  expect((await lock('second').tryLock()).held).toBe(false);
  await first.release();
});

test('is taken anew on bricks that forgot one half after the other', async () => {
  const first = await held('first');
  for (const half of ['lock/init', 'lock/init-b']) {
    await forget(half);
    expect((await lock('second').tryLock()).held).toBe(false);
    await pause(freshMs);
    await first.renew();
  }
  expect(await lock('second').tryLock()).toMatchObject({ held: false });
  await first.release();
});

test('is lost, and that is noticed, when another got both halves', async () => {
  const first = await held('first');
  await Promise.all(['lock/init', 'lock/init-b'].map(forget));
  const second = await held('second');
  await pause(freshMs);
  await expect(first.renew()).rejects.toThrow('lost: "second" has taken it');
  await second.release();
});

test('is lost, and that is noticed, when the process that holds it ends', async () => {
  const first = await held('first');
  await first.renew();
  await writeFile(join(root, 'die'), '');
  await pause(1500);
  await expect(first.renew()).rejects.toMatchObject({
    message: 'the lock on the volume was lost: the process that held it ended',
    hint: expect.stringContaining('run the same command again'),
    exitCode: 1,
  });
});

test('is no lock where no volume is mounted', async () => {
  await expect(lock('first', true).tryLock()).rejects.toThrow('no volume is mounted');
});
