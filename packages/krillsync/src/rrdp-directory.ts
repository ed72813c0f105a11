import { readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { countPublishes, requireEnds } from './count-publishes.ts';
import { makeDirectories, replaceFile, syncDirectory } from './durable.ts';
import { errorCode, KrillsyncError, messageOf, SourceMoved } from './krillsync-error.ts';
import { sourceLimits, timeAheadMaxSeconds } from './limits.ts';
import type { Log } from './log.ts';
import { NewestObject } from './newest-object.ts';
import {
  type DeltaReference,
  type FileReference,
  type Notification,
  parseNotification,
} from './notification.ts';
import { OfferedSizes } from './offered-sizes.ts';
import { withProgress } from './progress.ts';
import { scanFile } from './scan-file.ts';
import type { ObjectSink } from './scan-objects.ts';
import { ignoreObjects, objectHandler } from './scan-objects.ts';
import type { Setup } from './setup.ts';
import { type Onlooker, stageFile } from './stage-file.ts';
import type { KnownFile, State } from './state.ts';
import { compressedSuffix, type NotificationUri } from './uri.ts';

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
  /** How often a publish element begins in it. */
  readonly publishes: number;
}

export const clearStaging = (rrdpDir: string): void =>
  rmSync(join(rrdpDir, stagingName), { recursive: true, force: true });

export interface Staged {
  readonly files: readonly StagedFile[];
  /** The newest delta that cannot be offered, and why; those before it would be of no use. */
  readonly lost?: { readonly delta: DeltaReference; readonly error: KrillsyncError };
}

/**
 * Copies what is missing of the offered files next to their place, and checks it.
 *
 * @param isLastTry whether a delta that is not there is lost; else the notification is read again,
 * for the source may have moved on.
 * @param onSnapshot who looks at the snapshot while it is copied to a path.
 */
export async function stageFiles(
  setup: Setup,
  offered: Notification,
  state: State,
  isLastTry: boolean,
  onSnapshot?: (at: string) => Onlooker | undefined,
): Promise<Staged> {
  const staging = join(setup.rrdpDir, stagingName);
  clearStaging(setup.rrdpDir);
  makeDirectories(staging);
  const files: StagedFile[] = [];
  const sizes = new OfferedSizes(offered, { ...sourceLimits, ...setup.limits });
  const stage = async (reference: FileReference, check: Check) => {
    if (isPlaced(setup.rrdpDir, reference, state)) {
      sizes.take(reference, state.files.get(reference.path)?.size ?? 0);
      return;
    }
    const at = join(staging, String(files.length));
    const told = reference === offered.snapshot ? onSnapshot?.(at) : undefined;
    const onlooker = withProgress(setup.progress, reference, told);
    const most = sizes.most(reference);
    const { source, stop } = setup;
    const { mtime, ...copied } = await stageFile(source, reference, at, most, stop, onlooker);
    const file = { ...reference, at, ...copied };
    sizes.take(reference, file.size);
    await check(file, mtime !== undefined && isAhead(mtime, setup.now()) ? undefined : mtime);
    files.push(file);
  };
  let needsTime: StagedFile | undefined;
  await stage(offered.snapshot, async (file, mtime) => {
    if (mtime === undefined) needsTime = file;
  });
  for (const delta of offered.deltas) {
    try {
      await stage(delta, (file, mtime) => checkDelta(setup, offered, delta, file, mtime));
    } catch (error) {
      const isOfSource = error instanceof KrillsyncError && error.fault === 'source';
      if (!isOfSource || (error instanceof SourceMoved && !isLastTry)) throw error;
      if (needsTime) {
        const deltas = offered.deltas.slice(0, offered.deltas.indexOf(delta));
        await giveSnapshotTime(setup, { ...offered, deltas }, needsTime, files);
      }
      return { files, lost: { delta, error } };
    }
  }
  if (needsTime) await giveSnapshotTime(setup, offered, needsTime, files);
  return { files };
}

const isAhead = (seconds: number, now: number): boolean =>
  seconds > now / 1000 + timeAheadMaxSeconds;

type Check = (file: StagedFile, mtime: number | undefined) => Promise<void>;

async function checkDelta(
  setup: Setup,
  offered: Notification,
  delta: DeltaReference,
  file: StagedFile,
  mtime: number | undefined,
): Promise<void> {
  const newest = new NewestObject();
  const sink = mtime === undefined ? newest : ignoreObjects;
  await scanDelta(setup, offered, delta, [file], sink);
  if (mtime === undefined) utimesSync(file.at, newest.time, newest.time);
}

/**
 * A source that tells no times, as Krill's own HTTP service: then they come from the content, so
 * that all nodes have the same. The newest object of the newest delta was made for this serial;
 * without deltas it is the newest of all.
 */
async function giveSnapshotTime(
  setup: Setup,
  offered: Notification,
  snapshot: StagedFile,
  staged: readonly StagedFile[],
): Promise<void> {
  const [newestDelta] = offered.deltas;
  const newest = new NewestObject();
  if (!newestDelta) await scanSnapshot(setup, offered, [snapshot], newest);
  const { mtimeMs } = newestDelta
    ? statSync(whereIs(setup, newestDelta, staged))
    : { mtimeMs: newest.time * 1000 };
  utimesSync(snapshot.at, mtimeMs / 1000, mtimeMs / 1000);
}

export const whereIs = (
  { rrdpDir }: Setup,
  { path }: FileReference,
  staged: readonly StagedFile[],
): string => staged.find((file) => file.path === path)?.at ?? join(rrdpDir, path);

/** Reads the changes of a delta, wherever its file is now. */
export async function scanDelta(
  setup: Setup,
  { session }: Notification,
  delta: DeltaReference,
  staged: readonly StagedFile[],
  sink: ObjectSink,
): Promise<void> {
  const { uri, serial } = delta;
  const handler = objectHandler('delta', uri, { session, serial }, sink);
  await scanFile(whereIs(setup, delta, staged), uri, handler, setup.stop);
}

/** Reads the objects of the offered snapshot, wherever its file is now. */
export async function scanSnapshot(
  setup: Setup,
  offered: Notification,
  staged: readonly StagedFile[],
  sink: ObjectSink,
): Promise<void> {
  const { snapshot } = offered;
  const handler = objectHandler('snapshot', snapshot.uri, offered, sink);
  await scanFile(whereIs(setup, snapshot, staged), snapshot.uri, handler, setup.stop);
}

/**
 * The number of objects in the offered snapshot, without reading them.
 *
 * @throws KrillsyncError when its first or last tag is not what the notification promised.
 */
export async function countPublished(
  setup: Setup,
  offered: Notification,
  staged: readonly StagedFile[],
): Promise<number> {
  const { snapshot } = offered;
  const at = whereIs(setup, snapshot, staged);
  requireEnds(at, objectHandler('snapshot', snapshot.uri, offered, ignoreObjects), snapshot.uri);
  const counted = staged.find(({ path }) => path === snapshot.path)?.publishes;
  return counted ?? (await countPublishes(at, setup.stop));
}

/** Moves staged files to where clients will look for them once the notification says so. */
export function placeFiles(rrdpDir: string, staged: readonly StagedFile[]): void {
  const directories = new Set<string>();
  for (const { at, path } of staged) {
    const directory = join(rrdpDir, dirname(path));
    makeDirectories(directory);
    // Of another content, if the source has used this path before.
    rmSync(join(rrdpDir, path + compressedSuffix), { force: true });
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

/** Shows clients the new state. @param mtime in seconds since 1970. */
export function switchNotification(setup: Setup, bytes: Buffer, mtime: number): void {
  const { rrdpDir, notification } = setup;
  const temporary = join(rrdpDir, stagingName, 'notification');
  replaceFile(join(rrdpDir, notification.fileName), temporary, bytes, mtime);
}
