import { setTimeout as sleep } from 'node:timers/promises';
import { clean } from './clean.ts';
import { makeDirectories } from './durable.ts';
import { refuse, SourceMoved } from './krillsync-error.ts';
import { rereadsMaxCount } from './limits.ts';
import { type Notification, trimDeltas } from './notification.ts';
import { planUpdate } from './plan-update.ts';
import { readOffer, type SourceOffer } from './read-offer.ts';
import {
  clearStaging,
  filesOf,
  isPlaced,
  knownFile,
  placeFiles,
  readServed,
  type Served,
  type StagedFile,
  scanSnapshot,
  stageFiles,
  switchNotification,
} from './rrdp-directory.ts';
import {
  clearTemporary,
  currentTree,
  isTreeIntact,
  type ReadyTree,
  readyTree,
  switchTree,
} from './rsync-directory.ts';
import { ignoreObjects } from './scan-objects.ts';
import type { Setup } from './setup.ts';
import { readState, type State, writeState } from './state.ts';

export interface UpdateResult {
  readonly result: 'updated' | 'unchanged';
  readonly session: string;
  readonly serial: number;
  readonly because: string;
  readonly deltas: number;
  /** Files of the rsync tree; null without one. */
  readonly objects: number | null;
  /** Bytes copied from the source, the notification not counted. */
  readonly bytes: number;
}

const rereadPauseMs = 200;

/**
 * Brings what is served to what the source offers. Whatever happens in it, and wherever it is
 * killed, what is served stays complete and consistent, and the next call goes on.
 *
 * @throws KrillsyncError fault 'source' when the source is not there or not sound; any error of the
 * local file system; an AbortError once `setup.stop` is aborted.
 */
export async function update(setup: Setup): Promise<UpdateResult> {
  let failed: Buffer | undefined;
  for (let attempt = 0; ; attempt += 1) {
    const offer = await readOffer(setup.source, setup.notification);
    try {
      return await serve(setup, offer);
    } catch (error) {
      // What is half done may be large; but one that is told to stop must be quick.
      if (!setup.stop.aborted) await clearLeftOvers(setup).catch(() => {});
      const isSame = failed?.equals(offer.bytes) === true;
      if (!(error instanceof SourceMoved) || isSame || attempt >= rereadsMaxCount) throw error;
      setup.log.debug(`reading the notification again: ${error.message}`);
      failed = offer.bytes;
      await sleep(rereadPauseMs, undefined, { signal: setup.stop });
    }
  }
}

async function serve(setup: Setup, sourceOffer: SourceOffer): Promise<UpdateResult> {
  const { notification: offered, bytes } = trimDeltas(sourceOffer, setup.maxDeltas);
  makeDirectories(setup.stateDir);
  makeDirectories(setup.rrdpDir);
  const served = readServed(setup.rrdpDir, setup.notification, setup.log);
  const state = readState(setup.stateDir);
  const plan = planUpdate(served?.notification, offered);
  if (plan.do === 'refuse') throw refuse(plan.because);
  if (setup.thorough) await clearLeftOvers(setup);
  if (plan.do === 'nothing' && (await isIntact(setup, offered, state))) {
    writeState(setup.stateDir, await clean(setup, offered, state));
    return resultOf(setup, 'unchanged', 'nothing new', offered, state, []);
  }
  const because = plan.do === 'nothing' ? 'served files were missing' : plan.because;
  setup.log.debug(`updating: ${because}`);
  const staged = await stageFiles(setup, offered, state);
  const ready = await checkedTree(setup, offered, staged, state);
  const known = withIntended(state, staged, ready);
  writeState(setup.stateDir, known);
  await switchOver(setup, { served, offered, bytes, mtime: sourceOffer.mtime }, staged, ready);
  const cleaned = await clean(setup, offered, withPlaced(known, staged));
  writeState(setup.stateDir, cleaned);
  clearStaging(setup.rrdpDir);
  return resultOf(setup, 'updated', because, offered, cleaned, staged);
}

async function clearLeftOvers({ rrdpDir, rsync }: Setup): Promise<void> {
  clearStaging(rrdpDir);
  if (rsync) await clearTemporary(rsync.dir);
}

async function isIntact(setup: Setup, offered: Notification, state: State): Promise<boolean> {
  const { rrdpDir, rsync } = setup;
  if (!filesOf(offered).every((file) => isPlaced(rrdpDir, file, state))) return false;
  if (!rsync) return true;
  const name = currentTree(rsync.dir);
  return name !== undefined && isTreeIntact(setup, rsync, name, offered.snapshot.hash, state);
}

/** The snapshot is read in any case: one that is not sound is not served over RRDP either. */
async function checkedTree(
  setup: Setup,
  offered: Notification,
  staged: readonly StagedFile[],
  state: State,
): Promise<ReadyTree | undefined> {
  if (setup.rsync) return readyTree(setup, setup.rsync, offered, staged, state);
  const isNew = staged.some(({ path }) => path === offered.snapshot.path);
  if (isNew) await scanSnapshot(setup, offered, staged, ignoreObjects);
  return undefined;
}

interface Switch {
  readonly served: Served | undefined;
  readonly offered: Notification;
  readonly bytes: Buffer;
  /** Of the source's notification, whole seconds since 1970. */
  readonly mtime: number;
}

/** Files in place, then all nodes ready, then rsync, then the notification: last, always. */
async function switchOver(
  setup: Setup,
  { served, offered, bytes, mtime }: Switch,
  staged: readonly StagedFile[],
  ready: ReadyTree | undefined,
): Promise<void> {
  // A source that uses a served file's path for other content would make clients see a wrong hash:
  // that file is replaced at the last moment, together with the notification.
  const inUse = new Set(served ? filesOf(served.notification).map(({ path }) => path) : []);
  placeFiles(
    setup.rrdpDir,
    staged.filter(({ path }) => !inUse.has(path)),
  );
  await setup.barrier.staged(offered, setup.stop);
  if (setup.rsync && ready) switchTree(setup.rsync.dir, ready.name);
  placeFiles(
    setup.rrdpDir,
    staged.filter(({ path }) => inUse.has(path)),
  );
  if (!served?.bytes.equals(bytes)) switchNotification(setup, bytes, mtime);
}

/** Written before files get their places, so that a crash leaves none that nobody knows of. */
function withIntended(
  state: State,
  staged: readonly StagedFile[],
  ready: ReadyTree | undefined,
): State {
  const files = new Map(state.files);
  for (const file of staged) files.set(file.path, { ...knownFile(file), hash: null });
  const trees = new Map(state.trees);
  if (ready) trees.set(ready.name, ready.tree);
  return { ...state, files, trees };
}

function withPlaced(state: State, staged: readonly StagedFile[]): State {
  const files = new Map(state.files);
  for (const file of staged) files.set(file.path, knownFile(file));
  return { ...state, files };
}

function resultOf(
  { rsync }: Setup,
  result: UpdateResult['result'],
  because: string,
  { session, serial, deltas }: Notification,
  state: State,
  staged: readonly StagedFile[],
): UpdateResult {
  const tree = rsync && state.trees.get(currentTree(rsync.dir) ?? '');
  const bytes = staged.reduce((sum, { size }) => sum + size, 0);
  const objects = tree?.objects ?? null;
  return { result, session, serial, because, deltas: deltas.length, objects, bytes };
}
