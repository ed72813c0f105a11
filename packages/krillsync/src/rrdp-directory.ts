import { readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectories, replaceFile, syncDirectory } from './durable.ts';
import { errorCode, messageOf } from './krillsync-error.ts';
import type { Log } from './log.ts';
import { type FileReference, type Notification, parseNotification } from './notification.ts';
import { scanFile } from './scan-file.ts';
import type { ObjectSink } from './scan-objects.ts';
import { ignoreObjects, objectHandler } from './scan-objects.ts';
import type { Setup } from './setup.ts';
import { stageFile } from './stage-file.ts';
import type { KnownFile, State } from './state.ts';
import type { NotificationUri } from './uri.ts';

/** Not a possible name of a source's file: those do not begin with a dot. */
const stagingName = '.krillsync';

/** What clients get now, read from the files that they get. */
export interface Served {
  readonly notification: Notification;
  readonly bytes: Buffer;
}

export function readServed(rrdpDir: string, uri: NotificationUri, log: Log): Served | undefined {
  const path = join(rrdpDir, uri.fileName);
  try {
    const bytes = readFileSync(path);
    return { notification: parseNotification(path, bytes, uri), bytes };
  } catch (error) {
    const isAbsent = errorCode(error) === 'ENOENT';
    if (!isAbsent) log.warn(`what is served is replaced, it cannot be used: ${messageOf(error)}`);
    return undefined;
  }
}

export const filesOf = ({ snapshot, deltas }: Notification): readonly FileReference[] => [
  snapshot,
  ...deltas,
];

export function isPlaced(rrdpDir: string, { path, hash }: FileReference, state: State): boolean {
  const known = state.files.get(path);
  if (known?.hash !== hash) return false;
  const found = statSync(join(rrdpDir, path), { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === known.size;
}

/** A file of the offered notification that is not yet where clients look for it. */
export interface StagedFile extends FileReference {
  readonly at: string;
  readonly size: number;
}

export const clearStaging = (rrdpDir: string): void =>
  rmSync(join(rrdpDir, stagingName), { recursive: true, force: true });

/** Copies what is missing of the offered files next to their place, and checks it. */
export async function stageFiles(
  setup: Setup,
  offered: Notification,
  state: State,
): Promise<readonly StagedFile[]> {
  const { rrdpDir, source, stop } = setup;
  const staging = join(rrdpDir, stagingName);
  clearStaging(rrdpDir);
  makeDirectories(staging);
  const staged: StagedFile[] = [];
  for (const reference of filesOf(offered)) {
    if (isPlaced(rrdpDir, reference, state)) continue;
    const at = join(staging, String(staged.length));
    const size = await stageFile(source, reference, at, stop);
    staged.push({ ...reference, at, size });
  }
  await checkDeltas(offered, staged, stop);
  return staged;
}

async function checkDeltas(
  { session, deltas }: Notification,
  staged: readonly StagedFile[],
  stop: AbortSignal,
): Promise<void> {
  const serials = new Map(deltas.map(({ path, serial }) => [path, serial]));
  for (const { path, at } of staged) {
    const serial = serials.get(path);
    if (serial === undefined) continue;
    const handler = objectHandler('delta', path, { session, serial }, ignoreObjects);
    await scanFile(at, path, handler, stop);
  }
}

/** Reads the objects of the offered snapshot, wherever its file is now. */
export async function scanSnapshot(
  { rrdpDir, stop }: Setup,
  offered: Notification,
  staged: readonly StagedFile[],
  sink: ObjectSink,
): Promise<void> {
  const { path } = offered.snapshot;
  const at = staged.find((file) => file.path === path)?.at ?? join(rrdpDir, path);
  await scanFile(at, path, objectHandler('snapshot', path, offered, sink), stop);
}

/** Moves staged files to where clients will look for them once the notification says so. */
export function placeFiles(rrdpDir: string, staged: readonly StagedFile[]): void {
  const directories = new Set<string>();
  for (const { at, path } of staged) {
    const directory = join(rrdpDir, dirname(path));
    makeDirectories(directory);
    renameSync(at, join(rrdpDir, path));
    directories.add(directory);
  }
  for (const directory of directories) syncDirectory(directory);
}

export const knownFile = ({ hash, size }: StagedFile): KnownFile => ({
  hash,
  size,
  unreferencedSince: null,
});

/**
 * Shows clients the new state. The file's time grows by at least a second with each change, because
 * Last-Modified has seconds: with two serials in one, a client would be told 304 and miss the second.
 */
export function switchNotification(setup: Setup, bytes: Buffer, sourceMtime: number): void {
  const { rrdpDir, notification } = setup;
  const path = join(rrdpDir, notification.fileName);
  const previous = statSync(path, { throwIfNoEntry: false });
  const least = previous ? Math.floor(previous.mtimeMs / 1000) + 1 : 0;
  const temporary = join(rrdpDir, stagingName, 'notification');
  replaceFile(path, temporary, bytes, Math.max(sourceMtime, least));
}
