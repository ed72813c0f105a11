import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf, type VolumeFiles } from '@krillmanager/core';
import { errorCode } from '../files/error-code.ts';
import { type LockHolder, lockFile } from '../lock/lock-file.ts';
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
  const files = confinedFiles(root);
  for await (const line of createInterface({ input: process.stdin })) {
    const request = parseRequest(line);
    if (request === null) return;
    const reply = await answer({ files, root, mounted }, request);
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
    if (errorCode(error) !== 'ESTALE') throw error;
    return await action();
  }
}

async function perform({ files, root }: Volume, request: VolumeRequest) {
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
      return await take(join(root, ...partsOf(request.path)), request.holder);
  }
}

/** Nothing releases it but the end of this process, which its parent brings about. */
async function take(path: string, holder: LockHolder): Promise<string | null> {
  const attempt = await lockFile(path, holder).tryLock();
  return attempt.held ? null : JSON.stringify(attempt.holder ?? '');
}

async function assertMounted(root: string): Promise<void> {
  const [itself, above] = await Promise.all([stat(root), stat(dirname(root))]);
  if (itself.dev === above.dev) throw new Error(`no volume is mounted at ${root}`);
}
