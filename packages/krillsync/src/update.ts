import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clean } from './clean.ts';
import { countPublishes } from './count-publishes.ts';
import { makeDirectories } from './durable.ts';
import { clearHeld, type Removal, requireAccepted } from './hold.ts';
import { refuse, SourceMoved } from './krillsync-error.ts';
import { rereadsMaxCount } from './limits.ts';
import { type Notification, trimDeltas, withoutRefused } from './notification.ts';
import { chainFrom, planUpdate } from './plan-update.ts';
import { readOffer, type SourceOffer } from './read-offer.ts';
import {
  clearStaging,
  countPublished,
  filesOf,
  isPlaced,
  knownFile,
  placeFiles,
  readServed,
  type Served,
  type Staged,
  type StagedFile,
  scanSnapshot,
  stageFiles,
  switchNotification,
  whereIs,
} from './rrdp-directory.ts';
import {
  clearTemporary,
  currentTree,
  currentVersion,
  isTreeIntact,
  prepareNext,
  type ReadyTree,
  readyTree,
  removeTree,
  switchDueAt,
  switchTree,
  type TreeWish,
} from './rsync-directory.ts';
import { ignoreObjects } from './scan-objects.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import { readState, type State, writeState } from './state.ts';
import { countMissing } from './tree-writer.ts';
import type { VerifyResult } from './verify.ts';

export interface UpdateResult {
  readonly result: 'updated' | 'unchanged';
  readonly session: string;
  readonly serial: number;
  readonly because: string;
  readonly deltas: number;
  /** How the rsync tree was made; null when none was. */
  readonly tree: ReadyTree['from'] | null;
  /** What rsync clients get; behind `serial` for a while when switches are coalesced. */
  readonly rsyncSerial: number | null;
  /** Files of the rsync tree; null without one. */
  readonly objects: number | null;
  /** Bytes copied from the source, the notification not counted. */
  readonly bytes: number;
  /** From the beginning, when the notification was read, until clients saw the new state. */
  readonly milliseconds: number | null;
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
    const isLastTry = failed?.equals(offer.bytes) === true || attempt >= rereadsMaxCount;
    try {
      return await serve(setup, offer, isLastTry);
    } catch (error) {
      // What is half done may be large; but one that is told to stop must be quick.
      if (!setup.stop.aborted) await clearLeftOvers(setup).catch(() => {});
      if (!(error instanceof SourceMoved) || isLastTry) throw error;
      setup.log.debug(`reading the notification again: ${error.message}`);
      failed = offer.bytes;
      await sleep(rereadPauseMs, undefined, { signal: setup.stop });
    }
  }
}

async function serve(
  setup: Setup,
  sourceOffer: SourceOffer,
  isLastTry: boolean,
): Promise<UpdateResult> {
  const began = performance.now();
  makeDirectories(setup.stateDir);
  makeDirectories(setup.rrdpDir);
  const state = readState(setup.stateDir);
  const offer = withoutRefused(trimDeltas(sourceOffer, setup.maxDeltas), state.refused);
  const served = readServed(setup.rrdpDir, setup.notification, setup.log);
  const plan = planUpdate(served?.notification, offer.notification);
  if (plan.do === 'refuse') throw refuse(plan.because);
  if (setup.thorough) await clearLeftOvers(setup);
  const round = { served, offer, state, sourceOffer, began };
  if (plan.do === 'nothing' && (await isIntact(setup, offer.notification, state))) {
    return finish(setup, round, {
      result: 'unchanged',
      because: 'nothing new',
      bytes: 0,
      milliseconds: null,
    });
  }
  const isMissing = plan.do === 'nothing';
  const because = isMissing ? 'served files were missing or behind' : plan.because;
  setup.log.debug(`updating: ${because}`);
  return bringForward(setup, round, {
    because,
    trustsDeltas: isMissing || plan.trustsDeltas,
    isLastTry,
  });
}

/** What one update starts from. */
interface Round {
  readonly served: Served | undefined;
  readonly offer: SourceOffer;
  readonly state: State;
  /** Before anything was left out. */
  readonly sourceOffer: SourceOffer;
  /** By performance.now(). */
  readonly began: number;
}

interface How {
  readonly because: string;
  readonly trustsDeltas: boolean;
  readonly isLastTry: boolean;
}

async function bringForward(setup: Setup, round: Round, how: How): Promise<UpdateResult> {
  const { files: staged, lost } = await stageFiles(
    setup,
    round.offer.notification,
    round.state,
    how.isLastTry,
  );
  const { offer, state } = lost ? withoutLost(setup, round, lost) : round;
  const offered = offer.notification;
  const ready = await checkedTree(setup, round.served, how, { offered, staged, state });
  await passGates(setup, round.served, { offered, staged, state }, ready);
  const known = withIntended(state, staged, ready);
  writeState(setup.stateDir, known);
  const isSwitched = await switchOver(setup, { served: round.served, offer }, staged, ready);
  const milliseconds = Math.round(performance.now() - round.began);
  const placed = withPlaced(known, staged);
  const bytes = staged.reduce((sum, { size }) => sum + size, 0);
  const hasChanged = isSwitched || staged.length > 0;
  const done = await finish(
    setup,
    { ...round, offer, state: placed },
    {
      result: hasChanged ? 'updated' : 'unchanged',
      because: how.because,
      bytes,
      milliseconds: hasChanged ? milliseconds : null,
      ...(ready ? { tree: ready.from } : {}),
    },
  );
  clearStaging(setup.rrdpDir);
  return done;
}

/** A delta that is not sound is left out, with those before it: clients have the snapshot. */
function withoutLost(
  { log }: Setup,
  { offer, state }: Round,
  { delta, error }: NonNullable<Staged['lost']>,
): Pick<Round, 'offer' | 'state'> {
  log.warn(`delta ${delta.serial} and those before it are not offered: ${error.message}`);
  const first = offer.notification.deltas.indexOf(delta);
  // One that was not there may come yet; content does not change.
  if (error instanceof SourceMoved) return { offer: trimDeltas(offer, first), state };
  const refused = new Map([...state.refused, [delta.hash, error.message]]);
  return { offer: trimDeltas(offer, first), state: { ...state, refused } };
}

async function clearLeftOvers({ rrdpDir, rsync, next }: Setup): Promise<void> {
  clearStaging(rrdpDir);
  next?.forget();
  if (rsync) await clearTemporary(rsync.dir);
}

async function isIntact(setup: Setup, offered: Notification, state: State): Promise<boolean> {
  const { rrdpDir, rsync } = setup;
  if (!filesOf(offered).every((file) => isPlaced(rrdpDir, file, state))) return false;
  if (!rsync) return true;
  const name = currentTree(rsync.dir);
  if (name === undefined) return false;
  if (isBehind(setup, offered)) return !isTreeDue(setup, rsync, offered);
  return isTreeIntact(setup, rsync, name, offered.snapshot.hash, state);
}

/** Whether `current` is whole but older than what is offered over RRDP. */
function isBehind({ rsync }: Setup, { session, serial }: Notification): boolean {
  const current = rsync && currentVersion(rsync);
  return current?.session === session && current.serial < serial;
}

const isTreeDue = (setup: Setup, rsync: RsyncSetup, offered: Notification): boolean =>
  !isBehind(setup, offered) || setup.now() >= switchDueAt(setup, rsync);

/** A tree if it is time for one. Else the snapshot is read only if nothing else vouches for it. */
async function checkedTree(
  setup: Setup,
  served: Served | undefined,
  { trustsDeltas }: How,
  wish: Omit<TreeWish, 'trustsDeltas'>,
): Promise<ReadyTree | undefined> {
  const { offered, staged } = wish;
  const { rsync } = setup;
  // Later the deltas would be all that is there to go by, so what they cannot do is done now.
  if (rsync && (!trustsDeltas || isTreeDue(setup, rsync, offered))) {
    return readyTree(setup, rsync, { ...wish, trustsDeltas });
  }
  if (!staged.some(({ path }) => path === offered.snapshot.path)) return undefined;
  const chain = trustsDeltas && served && chainFrom(served.notification, offered);
  if (chain && chain.length > 0) await countPublished(setup, offered, staged);
  else await scanSnapshot(setup, offered, staged, ignoreObjects);
  return undefined;
}

/** A tree that is refused goes at once: nothing would ever remember it. */
async function passGates(
  setup: Setup,
  served: Served | undefined,
  { offered, staged, state }: Omit<TreeWish, 'trustsDeltas'>,
  ready: ReadyTree | undefined,
): Promise<void> {
  const { rsync, gates = [], maxRemoval, stateDir } = setup;
  const snapshotPath = whereIs(setup, offered.snapshot, staged);
  const treePath = rsync && ready && join(rsync.dir, ready.name);
  try {
    if (maxRemoval !== undefined && served) {
      const removal = await removalOf(setup, served.notification, { snapshotPath, state }, ready);
      requireAccepted(stateDir, maxRemoval, offered, removal);
    }
    if (staged.length === 0) return;
    const candidate = { notification: offered, staged, snapshotPath, treePath };
    for (const gate of gates) await gate(setup, candidate);
  } catch (error) {
    if (rsync && ready && ready.from !== 'found') await removeTree(rsync.dir, ready.name);
    throw error;
  }
}

/** How many objects go; without a tree only by how many there are fewer. */
async function removalOf(
  setup: Setup,
  served: Notification,
  { snapshotPath, state }: { snapshotPath: string; state: State },
  ready: ReadyTree | undefined,
): Promise<Removal> {
  const { rsync, rrdpDir, stop } = setup;
  const name = rsync && currentTree(rsync.dir);
  const live = name === undefined ? undefined : state.trees.get(name);
  if (rsync && ready && name !== undefined && live?.includesHost === rsync.includesHost) {
    const {
      removed = await countMissing(join(rsync.dir, name), join(rsync.dir, ready.name), stop),
    } = ready;
    return { of: live.objects, removed };
  }
  const of = await countPublishes(join(rrdpDir, served.snapshot.path), stop);
  return { of, removed: Math.max(0, of - (await countPublishes(snapshotPath, stop))) };
}

interface Switch {
  readonly served: Served | undefined;
  readonly offer: SourceOffer;
}

/**
 * Files in place, then all nodes ready, then rsync, then the notification: last, always.
 *
 * @returns whether clients see something new.
 */
async function switchOver(
  setup: Setup,
  { served, offer }: Switch,
  staged: readonly StagedFile[],
  ready: ReadyTree | undefined,
): Promise<boolean> {
  // A source that uses a served file's path for other content would make clients see a wrong hash:
  // that file is replaced at the last moment, together with the notification.
  const inUse = new Set(served ? filesOf(served.notification).map(({ path }) => path) : []);
  placeFiles(
    setup.rrdpDir,
    staged.filter(({ path }) => !inUse.has(path)),
  );
  await setup.barrier.staged(offer.notification, setup.stop);
  const treeIsNew = setup.rsync && ready ? switchTree(setup.rsync.dir, ready.name) : false;
  placeFiles(
    setup.rrdpDir,
    staged.filter(({ path }) => inUse.has(path)),
  );
  if (served?.bytes.equals(offer.bytes)) return treeIsNew;
  switchNotification(setup, offer.notification, offer.bytes, offer.mtime);
  return true;
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

type Done = Pick<UpdateResult, 'result' | 'because' | 'bytes' | 'milliseconds'> & {
  tree?: ReadyTree['from'];
};

/** Everything is served; what remains is for later. */
async function finish(setup: Setup, round: Round, done: Done): Promise<UpdateResult> {
  const { offer, sourceOffer, state } = round;
  const { session, serial, deltas } = offer.notification;
  const sourceDeltas = sourceOffer.notification.deltas.map(({ hash }) => hash);
  await prepareNext(setup, offer.notification, state);
  const cleaned = await clean(setup, offer.notification, state, sourceDeltas);
  writeState(setup.stateDir, cleaned);
  clearHeld(setup.stateDir);
  const tree = setup.rsync && cleaned.trees.get(currentTree(setup.rsync.dir) ?? '');
  const rsyncSerial = (setup.rsync && currentVersion(setup.rsync)?.serial) ?? null;
  return {
    ...done,
    session,
    serial,
    deltas: deltas.length,
    tree: done.tree ?? null,
    rsyncSerial,
    objects: tree?.objects ?? null,
  };
}

/** Makes anew what `verify` found not to be right, and updates. */
export async function repair(
  setup: Setup,
  { files: faulty, isTreeSound }: Pick<VerifyResult, 'files' | 'isTreeSound'>,
): Promise<UpdateResult> {
  const state = readState(setup.stateDir);
  const files = new Map([...state.files].filter(([path]) => !faulty.includes(path)));
  const trees = new Map(state.trees);
  if (setup.rsync && !isTreeSound) trees.delete(currentTree(setup.rsync.dir) ?? '');
  writeState(setup.stateDir, { ...state, files, trees });
  return update(setup);
}
