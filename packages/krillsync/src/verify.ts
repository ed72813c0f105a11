import { createHash } from 'node:crypto';
import { createReadStream, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countFiles } from './count-files.ts';
import { soloCrew } from './crew.ts';
import { messageOf } from './krillsync-error.ts';
import type { FileReference, Notification } from './notification.ts';
import { filesOf, readServed, scanSnapshot } from './rrdp-directory.ts';
import { currentTree } from './rsync-directory.ts';
import type { ObjectSink } from './scan-objects.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import { treePath } from './tree-writer.ts';

export interface VerifyResult {
  readonly result: 'sound' | 'not sound';
  readonly session: string | null;
  readonly serial: number | null;
  /** What is wrong, for people; at most the first hundred. */
  readonly faults: readonly string[];
  /** Paths below the RRDP directory of files that are not what they should be. */
  readonly files: readonly string[];
  readonly isTreeSound: boolean;
}

const faultsMaxCount = 100;

/** Compares what clients get now, byte for byte, with what the notification promises them. */
export async function verify(setup: Setup): Promise<VerifyResult> {
  const served = readServed(setup.rrdpDir, setup.notification, setup.log)?.notification;
  if (!served) {
    const faults = [
      `${join(setup.rrdpDir, setup.notification.fileName)} is not there or not sound`,
    ];
    return {
      result: 'not sound',
      session: null,
      serial: null,
      faults,
      files: [],
      isTreeSound: true,
    };
  }
  const faults: string[] = [];
  const files: string[] = [];
  for (const reference of filesOf(served)) {
    const fault = await faultOf(setup, reference);
    if (fault === undefined) continue;
    faults.push(fault);
    files.push(reference.path);
  }
  const canRead = !files.includes(served.snapshot.path);
  const treeFaults = setup.rsync && canRead ? await treeFaultsOf(setup, setup.rsync, served) : [];
  const all = [...faults, ...treeFaults];
  return {
    result: all.length === 0 ? 'sound' : 'not sound',
    session: served.session,
    serial: served.serial,
    faults: all.slice(0, faultsMaxCount),
    files,
    isTreeSound: treeFaults.length === 0,
  };
}

async function faultOf(setup: Setup, { path, hash }: FileReference): Promise<string | undefined> {
  const at = join(setup.rrdpDir, path);
  try {
    const found = createHash('sha256');
    for await (const chunk of createReadStream(at, { signal: setup.stop })) found.update(chunk);
    return found.digest('hex') === hash
      ? undefined
      : `${at} has another hash than its notification says`;
  } catch (error) {
    return messageOf(error);
  }
}

async function treeFaultsOf(
  setup: Setup,
  rsync: RsyncSetup,
  served: Notification,
): Promise<readonly string[]> {
  const name = currentTree(rsync.dir);
  if (name === undefined) return [`${join(rsync.dir, 'current')} is not there`];
  const root = join(rsync.dir, name);
  const faults: string[] = [];
  let objects = 0;
  const sink: ObjectSink = {
    publish(uri, content) {
      objects += 1;
      const path = join(root, treePath(uri, rsync.includesHost));
      if (!isFileWith(path, content))
        faults.push(`${path} is not what is published as ${uri.text}`);
    },
    withdraw() {},
  };
  try {
    await scanSnapshot(setup, served, [], sink);
    const found = await countFiles(root, soloCrew(setup.stop));
    if (found !== objects)
      faults.push(`${root} has ${found} files, published are ${objects} objects`);
  } catch (error) {
    faults.push(messageOf(error));
  }
  return faults;
}

function isFileWith(path: string, content: Buffer): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return (
    found?.isFile() === true && found.size === content.length && readFileSync(path).equals(content)
  );
}
