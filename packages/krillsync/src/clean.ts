import { readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { breathe } from './breathe.ts';
import type { Notification } from './notification.ts';
import { filesOf } from './rrdp-directory.ts';
import { isSession } from './rrdp-root.ts';
import { currentTree, removeTree, treesIn } from './rsync-directory.ts';
import type { Setup } from './setup.ts';
import type { KnownFile, State } from './state.ts';
import { compressedSuffix } from './uri.ts';

/**
 * Removes what nothing served has named for the cleanup time, and starts that time for what is no
 * longer named from now on. Clients that took an older notification, or whose rsync session still
 * runs in an older tree, have that long to finish.
 *
 * @param served what clients are offered now; its files and `current`'s tree always stay.
 * @param sourceDeltas hashes of all the deltas that the source names.
 */
export async function clean(
  setup: Setup,
  served: Notification,
  state: State,
  sourceDeltas: readonly string[],
): Promise<State> {
  const files = await cleanFiles(setup, served, state);
  const named = new Set(sourceDeltas);
  const refused = new Map([...state.refused].filter(([hash]) => named.has(hash)));
  if (!setup.rsync) return { ...state, files, refused };
  const oldTrees = await cleanTrees(setup, setup.rsync.dir, state);
  const kept = new Set(treesIn(setup.rsync.dir));
  const trees = new Map([...state.trees].filter(([name]) => kept.has(name)));
  return { files, trees, oldTrees, refused };
}

async function cleanFiles(
  setup: Setup,
  served: Notification,
  state: State,
): Promise<ReadonlyMap<string, KnownFile>> {
  const named = new Set([...filesOf(served).map(({ path }) => path), setup.notification.fileName]);
  const left = new Map<string, KnownFile>();
  for (const [path, known] of withOrphans(setup, state)) {
    const since = named.has(path) ? null : sinceWhen(setup, known.unreferencedSince);
    if (since !== null && isOver(setup, since)) {
      removeFile(setup.rrdpDir, path);
      await breathe(setup.stop);
    } else left.set(path, { ...known, unreferencedSince: since });
  }
  return left;
}

/** A clock that was set back must not keep files for ever. */
const sinceWhen = (setup: Setup, since: number | null | undefined): number =>
  Math.min(since ?? setup.now(), setup.now());

const isOver = (setup: Setup, since: number): boolean =>
  setup.now() - since >= setup.cleanupAfterMs;

/** Files below a session's directory are a synchroniser's, also if no state file tells of them. */
function withOrphans({ rrdpDir, thorough }: Setup, state: State): ReadonlyMap<string, KnownFile> {
  const files = new Map(state.files);
  if (!thorough) return files;
  for (const session of readdirSync(rrdpDir).filter(isSession)) {
    const options = { recursive: true, withFileTypes: true } as const;
    for (const entry of readdirSync(join(rrdpDir, session), options)) {
      if (entry.isDirectory()) continue;
      const path = relative(rrdpDir, join(entry.parentPath, entry.name));
      if (isCopyOfKnown(path, files)) continue;
      if (!files.has(path)) files.set(path, { hash: null, size: 0, unreferencedSince: null });
    }
  }
  return files;
}

const isCopyOfKnown = (path: string, files: ReadonlyMap<string, unknown>): boolean =>
  path.endsWith(compressedSuffix) && files.has(path.slice(0, -compressedSuffix.length));

export function removeFile(rrdpDir: string, path: string): void {
  rmSync(join(rrdpDir, path), { force: true });
  rmSync(join(rrdpDir, path + compressedSuffix), { force: true });
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    try {
      rmdirSync(join(rrdpDir, parent));
    } catch {
      return; // Not empty, so something below is still wanted.
    }
  }
}

async function cleanTrees(
  setup: Setup,
  dir: string,
  state: State,
): Promise<ReadonlyMap<string, number>> {
  const current = currentTree(dir);
  const left = new Map<string, number>();
  for (const name of treesIn(dir).filter((tree) => tree !== current)) {
    const since = sinceWhen(setup, state.oldTrees.get(name));
    if (isOver(setup, since)) await removeTree(dir, name);
    else left.set(name, since);
  }
  return left;
}
