import { statfsSync } from 'node:fs';
import { removeFile } from './clean.ts';
import { leastOldAgeMs } from './limits.ts';
import { currentTree, removeTree } from './rsync-directory.ts';
import type { Setup } from './setup.ts';
import type { State } from './state.ts';

interface Old {
  readonly kind: 'tree' | 'file';
  readonly name: string;
  /** In ms since 1970. */
  readonly since: number;
}

/** What a state is after room was made, and whether there is still too little. */
export interface Room {
  readonly state: State;
  /** Why things had to go before their time, or would have to; undefined when all is well. */
  readonly shortage: string | undefined;
}

/**
 * Removes what nothing served names before its time, if there are too many trees, or too few bytes
 * or inodes free: the oldest first, and nothing that became old less than ten minutes ago, for
 * clients still read it. Whether somebody does cannot be known: rsyncd opens files one by one.
 */
export async function makeRoom(setup: Setup, state: State): Promise<Room> {
  const old = oldOnes(setup, state);
  const trees = old.filter(({ kind }) => kind === 'tree');
  const left = new Set(old);
  let shortage: string | undefined;
  const removeWhile = async (candidates: readonly Old[], reason: () => string | undefined) => {
    for (const one of candidates.filter((candidate) => left.has(candidate))) {
      const found = reason();
      if (found === undefined) return;
      if (shortage === undefined)
        setup.log.warn(`${found}: old trees and files go before their time`);
      shortage = found;
      if (setup.now() - one.since < leastOldAgeMs) return;
      await remove(setup, one);
      left.delete(one);
    }
  };
  await removeWhile(trees, () =>
    tooManyTrees(setup, trees.filter((tree) => left.has(tree)).length),
  );
  await removeWhile(old, () => tooLittleFree(setup));
  return { state: without(state, old, left), shortage };
}

function oldOnes({ rsync }: Setup, { files, oldTrees }: State): readonly Old[] {
  const current = rsync && currentTree(rsync.dir);
  const trees = [...(rsync ? oldTrees : [])].filter(([name]) => name !== current);
  const old: Old[] = trees.map(([name, since]) => ({ kind: 'tree', name, since }));
  for (const [name, { unreferencedSince: since }] of files) {
    if (since !== null) old.push({ kind: 'file', name, since });
  }
  return old.toSorted((a, b) => a.since - b.since);
}

const tooManyTrees = ({ maxTrees }: Setup, old: number): string | undefined =>
  maxTrees !== undefined && old + 1 > maxTrees ? `more than ${maxTrees} trees` : undefined;

function tooLittleFree({ minFree, rrdpDir, rsync }: Setup): string | undefined {
  if (minFree === undefined) return undefined;
  for (const dir of rsync ? [rrdpDir, rsync.dir] : [rrdpDir]) {
    const { bavail, blocks, ffree, files } = statfsSync(dir);
    if (bavail * 100 < blocks * minFree)
      return `less than ${minFree} % of the bytes free in ${dir}`;
    // Some file systems have no fixed number of inodes and say zero.
    if (ffree * 100 < files * minFree) return `less than ${minFree} % of the inodes free in ${dir}`;
  }
  return undefined;
}

async function remove({ rsync, rrdpDir }: Setup, { kind, name }: Old): Promise<void> {
  if (kind === 'file') removeFile(rrdpDir, name);
  else if (rsync) await removeTree(rsync.dir, name);
}

function without(state: State, old: readonly Old[], left: ReadonlySet<Old>): State {
  const gone = new Set(old.filter((one) => !left.has(one)).map(({ name }) => name));
  const keep = <T>(known: ReadonlyMap<string, T>) =>
    new Map([...known].filter(([name]) => !gone.has(name)));
  const { files, trees, oldTrees } = state;
  return { ...state, files: keep(files), trees: keep(trees), oldTrees: keep(oldTrees) };
}
