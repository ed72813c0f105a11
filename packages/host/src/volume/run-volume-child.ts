import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf, type VolumeFiles } from '@krillmanager/core';
import { isStale } from '../files/error-code.ts';
import { type HeldLock, type LockHolder, lockFile } from '../lock/lock-file.ts';
import { partsOf } from './confined.ts';
import { confinedFiles } from './confined-files.ts';
import type { VolumeReply, VolumeRequest } from './volume-protocol.ts';

export interface VolumeChildOptions {
  /** Refuse everything while nothing is mounted at the root. */
  readonly mounted: boolean;
}

/**
 * The main function of the process that touches the volume: a request a line on standard input,
 * its reply a line on standard output, until the input ends. It may hang; its parent may not.
 */
export async function runVolumeChild(root: string, { mounted }: VolumeChildOptions): Promise<void> {
  const volume = { files: confinedFiles(root), locks: new Map<string, HeldLock>(), root, mounted };
  for await (const line of createInterface({ input: process.stdin })) {
    const request = parseRequest(line);
    if (request === null) return;
    const reply = await answer(volume, request);
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}

/** Null when our parent was killed while it asked: nobody waits for the reply. */
function parseRequest(line: string): VolumeRequest | null {
  try {
    return JSON.parse(line) as VolumeRequest;
  } catch {
    return null;
  }
}

interface Volume extends VolumeChildOptions {
  readonly files: VolumeFiles;
  /** By path. What nobody refers to any more, Node would close, and its lock were free. */
  readonly locks: Map<string, HeldLock>;
  readonly root: string;
}

async function answer(volume: Volume, request: VolumeRequest): Promise<VolumeReply> {
  try {
    if (volume.mounted) await assertMounted(volume.root);
    return { value: await againWhenStale(() => perform(volume, request)) };
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

/** A file that another host replaced by rename can be stale here; opened again it is the new one. */
async function againWhenStale<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isStale(error)) throw error;
    return await action();
  }
}

async function perform(volume: Volume, request: VolumeRequest) {
  const { files } = volume;
  switch (request.op) {
    case 'read':
      return await files.read(request.path);
    case 'list':
      return await files.list(request.path);
    case 'remove':
      await files.remove(request.path);
      return null;
    case 'rename':
      await files.rename(request.path, request.name);
      return null;
    case 'directory':
      await files.directory(request.path, request.access);
      return null;
    case 'write':
      await files.write(request.path, request.content, request.access);
      return null;
    case 'lock':
      return await take(volume, request.path, request.holder);
  }
}

/** Nothing releases it for good but the end of this process, which its parent brings about. */
async function take({ root, locks }: Volume, path: string, holder: LockHolder) {
  await locks
    .get(path)
    ?.release()
    .catch(() => undefined);
  locks.delete(path);
  const attempt = await lockFile(join(root, ...partsOf(path)), holder).tryLock();
  if (!attempt.held) return JSON.stringify(attempt.holder ?? '');
  locks.set(path, attempt);
  return null;
}

async function assertMounted(root: string): Promise<void> {
  const [itself, above] = await Promise.all([stat(root), stat(dirname(root))]);
  if (itself.dev === above.dev) throw new Error(`no volume is mounted at ${root}`);
}
