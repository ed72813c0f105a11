import { finish, type Round, type UpdateResult } from './finish.ts';
import { isTreeDue } from './is-intact.ts';
import { SourceMoved } from './krillsync-error.ts';
import { makeRoom } from './make-room.ts';
import { type Notification, trimDeltas } from './notification.ts';
import { passGates } from './pass-gates.ts';
import { chainFrom } from './plan-update.ts';
import { findOrBegin, type ReadyTree, readyTree, type TreeInWork } from './ready-tree.ts';
import {
  clearStaging,
  countPublished,
  knownFile,
  type Served,
  type Staged,
  type StagedFile,
  scanSnapshot,
  stageFiles,
} from './rrdp-directory.ts';
import { ignoreObjects } from './scan-objects.ts';
import type { Setup } from './setup.ts';
import { type State, writeState } from './state.ts';
import { switchOver } from './switch-over.ts';
import { withinDeadline } from './within-deadline.ts';

export interface How {
  readonly because: string;
  readonly trustsDeltas: boolean;
  readonly isLastTry: boolean;
  /** By performance.now(): all that the source offers has to be here. */
  readonly deadline: number;
}

/** Stages, makes the tree, asks, switches and remembers what is offered, in this order. */
export async function bringForward(setup: Setup, round: Round, how: How): Promise<UpdateResult> {
  const { state: roomy } = await makeRoom(setup, round.state);
  const { staged, offer, state, ready } = await withinDeadline(setup, how.deadline, (limited) =>
    stageAll(limited, { ...round, state: roomy }, how),
  );
  const offered = offer.notification;
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

interface AllStaged extends Pick<Round, 'offer' | 'state'> {
  readonly staged: readonly StagedFile[];
  readonly ready: ReadyTree | undefined;
}

/** The files that are missing, and the tree if it is time for one; begun while they are copied. */
async function stageAll(setup: Setup, round: Round, how: How): Promise<AllStaged> {
  const inWork = await treeInWork(setup, round, how);
  const begun = inWork && 'begun' in inWork ? inWork.begun : undefined;
  try {
    const { files: staged, lost } = await stageFiles(
      setup,
      round.offer.notification,
      round.state,
      how.isLastTry,
      (at) => begun?.onSnapshot(at),
    );
    const { offer, state } = lost ? withoutLost(setup, round, lost) : round;
    const all = { offered: offer.notification, staged };
    if (!inWork || !setup.rsync) await checkSnapshot(setup, round.served, how, all);
    const ready = setup.rsync && inWork && (await readyTree(setup, setup.rsync, inWork, all));
    return { staged, offer, state, ready };
  } catch (error) {
    await begun?.abandon();
    throw error;
  }
}

async function treeInWork(
  setup: Setup,
  { offer: { notification: offered }, state }: Round,
  { trustsDeltas }: How,
): Promise<TreeInWork | undefined> {
  const { rsync } = setup;
  // Later the deltas would be all that is there to go by, so what they cannot do is done now.
  if (!rsync || (trustsDeltas && !isTreeDue(setup, rsync, offered))) return undefined;
  return findOrBegin(setup, rsync, { offered, state, trustsDeltas });
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

/** Without a tree that shows it, the snapshot is read only if nothing else vouches for it. */
async function checkSnapshot(
  setup: Setup,
  served: Served | undefined,
  { trustsDeltas }: How,
  { offered, staged }: { offered: Notification; staged: readonly StagedFile[] },
): Promise<void> {
  if (!staged.some(({ path }) => path === offered.snapshot.path)) return;
  const chain = trustsDeltas && served && chainFrom(served.notification, offered);
  if (chain && chain.length > 0) await countPublished(setup, offered, staged);
  else await scanSnapshot(setup, offered, staged, ignoreObjects);
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
