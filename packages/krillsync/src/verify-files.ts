import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { errorCode, messageOf } from './krillsync-error.ts';
import type { FileReference, Notification } from './notification.ts';
import { filesOf } from './rrdp-directory.ts';
import type { Setup } from './setup.ts';
import { compressedSuffix } from './uri.ts';

type Hashed = Pick<FileReference, 'path' | 'hash'>;

/** Paths below the RRDP directory of files that are not what they should be, and what is wrong. */
export async function fileFaults(
  setup: Setup,
  served: Notification,
): Promise<ReadonlyMap<string, string>> {
  const faults = new Map<string, string>();
  for (const { path, hash } of filesOf(served)) {
    const fault = await hashFault(setup, { path, hash });
    if (fault !== undefined) faults.set(path, fault);
    const copy = path + compressedSuffix;
    const copyFault = await copyFaultOf(setup, { path: copy, hash });
    if (copyFault !== undefined) faults.set(copy, copyFault);
  }
  return faults;
}

/** What is wrong with a file, for people; undefined when nothing is. */
export async function hashFault(
  { rrdpDir, stop }: Setup,
  { path, hash }: Hashed,
): Promise<string | undefined> {
  const at = join(rrdpDir, path);
  try {
    const found = createHash('sha256');
    for await (const chunk of createReadStream(at, { signal: stop })) found.update(chunk);
    return found.digest('hex') === hash
      ? undefined
      : `${at} has another hash than its notification says`;
  } catch (error) {
    return messageOf(error);
  }
}

/** NGINX gives the compressed copy to most clients. There need not be one. */
async function copyFaultOf(
  { rrdpDir, stop: signal }: Setup,
  { path, hash }: Hashed,
): Promise<string | undefined> {
  const at = join(rrdpDir, path);
  if (!existsSync(at)) return undefined;
  const found = createHash('sha256');
  try {
    await pipeline(createReadStream(at), createGunzip(), found, { signal });
    return found.digest('hex') === hash ? undefined : `${at} is not a copy of the file beside it`;
  } catch (error) {
    signal.throwIfAborted();
    return errorCode(error) === 'ENOENT' ? undefined : `${at} is not sound: ${messageOf(error)}`;
  }
}
