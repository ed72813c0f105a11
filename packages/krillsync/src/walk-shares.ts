import type { Crew } from './crew.ts';
import type { TreeTask } from './tree-task.ts';

/** So many are divided among the threads; fewer are looked through for more first. */
const enoughDirectories = 64;
const sharesPerTree = 16;

/**
 * Has a crew work through all directories of a tree.
 *
 * @param taskFor the task for some directories, relative, with or without all that is below them;
 * without, it tells which those are.
 * @returns the number of files.
 */
export async function walkInShares(
  crew: Crew,
  taskFor: (directories: readonly string[], isDeep: boolean) => TreeTask,
): Promise<number> {
  let files = 0;
  let directories: readonly string[] = ['.'];
  while (directories.length > 0 && directories.length < enoughDirectories) {
    const level = await crew.do(taskFor(directories, false));
    files += level.files;
    directories = level.directories;
  }
  const shares = inShares(directories).map((share) => crew.do(taskFor(share, true)));
  for (const share of await Promise.all(shares)) files += share.files;
  return files;
}

function inShares(all: readonly string[]): readonly (readonly string[])[] {
  const size = Math.max(1, Math.ceil(all.length / sharesPerTree));
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, i) => all.slice(i * size, (i + 1) * size));
}
