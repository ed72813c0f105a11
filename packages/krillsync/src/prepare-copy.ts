import { renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type BaseTree, liveTree, occupy, spareTree } from './base-tree.ts';
import { countFiles } from './count-files.ts';
import { type Crew, crewFor } from './crew.ts';
import { messageOf } from './krillsync-error.ts';
import type { Notification } from './notification.ts';
import type { Piece } from './piece.ts';
import { chainFrom } from './plan-update.ts';
import { isPlaced } from './rrdp-directory.ts';
import { temporaryPrefix } from './rsync-directory.ts';
import type { RsyncSetup, Setup } from './setup.ts';
import type { State } from './state.ts';

export const copyName = `${temporaryPrefix}next`;

/**
 * Makes a copy of the live tree, so that an update has only its change to do: an old tree whose time
 * is over becomes like the live one if there is one, else all files are linked. It is not needed, so
 * trouble with it is none of the update's.
 */
export async function prepareCopy(
  setup: Setup,
  rsync: RsyncSetup,
  offered: Notification,
  state: State,
): Promise<BaseTree | undefined> {
  const live = liveTree(rsync, state);
  if (!live) return undefined;
  const path = join(rsync.dir, copyName);
  const crew = crewFor(setup, live.objects);
  try {
    await rm(path, { recursive: true, force: true });
    const spare = spareTree(setup, rsync, state);
    const deltas = spare && deltasBetween(setup, spare, live, offered, state);
    const isLike = deltas && (await follow({ spare, live, path }, rsync, deltas, crew));
    if (!isLike) {
      await rm(path, { recursive: true, force: true });
      await occupy(live, path, crew);
    }
    return { ...live, path, isReady: true };
  } catch (error) {
    setup.stop.throwIfAborted();
    setup.log.warn(`no copy of the live tree for the next update: ${messageOf(error)}`);
    await rm(path, { recursive: true, force: true });
    return undefined;
  }
}

/**
 * The deltas that led from the one tree to the other; undefined when they are not known to be right,
 * not all there, or so many that links of all files cost less.
 */
function deltasBetween(
  { rrdpDir }: Setup,
  spare: BaseTree,
  live: BaseTree,
  offered: Notification,
  state: State,
): readonly Piece[] | undefined {
  // In one lineage every tree came from the one before by deltas whose hashes fitted what was there.
  if (live.lineage === undefined || spare.lineage !== live.lineage) return undefined;
  const { session, serial } = live.version;
  const upToLive = offered.deltas.filter((delta) => delta.serial <= serial);
  const chain = chainFrom(spare.version, { session, serial, deltas: upToLive });
  if (!chain?.every((delta) => isPlaced(rrdpDir, delta, state))) return undefined;
  const sizeOf = (path: string): number => state.files.get(path)?.size ?? 0;
  const bytes = chain.reduce((sum, { path }) => sum + sizeOf(path), 0);
  if (bytes > live.objects * bytesPerLink) return undefined;
  return chain.map(({ path, serial: of }) => ({
    file: join(rrdpDir, path),
    kind: 'delta',
    what: path,
    promised: { session, serial: of },
    from: 0,
    to: sizeOf(path),
    isLast: true,
  }));
}

/** What can be read of deltas, and done as they say, while one file is linked; measured. */
const bytesPerLink = 500;

async function follow(
  { spare, live, path }: { spare: BaseTree; live: BaseTree; path: string },
  { includesHost }: RsyncSetup,
  deltas: readonly Piece[],
  crew: Crew,
): Promise<boolean> {
  renameSync(spare.path, path);
  const following = { tree: path, model: live.path, includesHost, deltas };
  await crew.do({ do: 'follow', following });
  return (await countFiles(path, crew)) === live.objects;
}
