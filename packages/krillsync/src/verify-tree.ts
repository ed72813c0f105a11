import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countFiles } from './count-files.ts';
import { soloCrew } from './crew.ts';
import { messageOf } from './krillsync-error.ts';
import type { Notification } from './notification.ts';
import type { Version } from './rrdp-root.ts';
import { currentTree, versionOf } from './rsync-directory.ts';
import { scanFile } from './scan-file.ts';
import { type ObjectSink, objectHandler } from './scan-objects.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import { readState } from './state.ts';
import { treePath } from './tree-writer.ts';
import { hashFault } from './verify-files.ts';

/** A snapshot's file that is right. */
interface Snapshot extends Version {
  readonly path: string;
}

/**
 * What is wrong with the tree that rsync clients get. It may be behind on purpose
 * (`--rsync-interval`); then the snapshot of its own serial says what belongs there, and when that is
 * gone, or was never here, only the number of files can be compared.
 */
export async function treeFaults(
  setup: Setup,
  rsync: RsyncSetup,
  served: Notification,
): Promise<readonly string[]> {
  const name = currentTree(rsync.dir);
  if (name === undefined) return [`${join(rsync.dir, 'current')} is not there`];
  try {
    const version = versionOf(name);
    if (!version || !isBefore(version, served)) {
      return await contentFaults(setup, rsync, name, { ...served, path: served.snapshot.path });
    }
    const path = await ownSnapshot(setup, name);
    if (path === undefined) return await countFaults(setup, rsync, name);
    return await contentFaults(setup, rsync, name, { ...version, path });
  } catch (error) {
    return [messageOf(error)];
  }
}

const isBefore = (tree: Version, { session, serial }: Version): boolean =>
  tree.session === session && tree.serial < serial;

/** Path below the RRDP directory of the snapshot that a tree was made to show, if it is there. */
async function ownSnapshot(setup: Setup, name: string): Promise<string | undefined> {
  const { trees, files } = readState(setup.stateDir);
  const hash = trees.get(name)?.snapshot;
  for (const [path, known] of files) {
    if (hash === undefined || known.hash !== hash) continue;
    if ((await hashFault(setup, { path, hash })) === undefined) return path;
  }
  return undefined;
}

async function countFaults(
  setup: Setup,
  { dir }: RsyncSetup,
  name: string,
): Promise<readonly string[]> {
  const known = readState(setup.stateDir).trees.get(name);
  const root = join(dir, name);
  if (!known) return [`${root} is not known, and what belongs there cannot be told`];
  const found = await countFiles(root, soloCrew(setup.stop));
  return found === known.objects ? [] : [`${root} has ${found} files, it had ${known.objects}`];
}

async function contentFaults(
  setup: Setup,
  { dir, includesHost }: RsyncSetup,
  name: string,
  snapshot: Snapshot,
): Promise<readonly string[]> {
  const root = join(dir, name);
  const faults: string[] = [];
  let objects = 0;
  const sink: ObjectSink = {
    publish(uri, content) {
      objects += 1;
      const path = join(root, treePath(uri, includesHost));
      if (!isFileWith(path, content))
        faults.push(`${path} is not what is published as ${uri.text}`);
    },
    withdraw() {},
  };
  const { path } = snapshot;
  const handler = objectHandler('snapshot', path, snapshot, sink);
  await scanFile(join(setup.rrdpDir, path), path, handler, setup.stop);
  const found = await countFiles(root, soloCrew(setup.stop));
  if (found !== objects)
    faults.push(`${root} has ${found} files, published are ${objects} objects`);
  return faults;
}

function isFileWith(path: string, content: Buffer): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return (
    found?.isFile() === true && found.size === content.length && readFileSync(path).equals(content)
  );
}
