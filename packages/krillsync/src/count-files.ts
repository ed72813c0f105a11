import { readdirSync } from 'node:fs';
import type { Crew } from './crew.ts';
import type { Linked } from './link-directories.ts';
import { walkInShares } from './walk-shares.ts';

/** How many files there are in a tree. */
export const countFiles = (root: string, crew: Crew): Promise<number> =>
  walkInShares(crew, (directories, isDeep) => ({ do: 'count', root, directories, isDeep }));

/** Counts the files in some directories, and in those below them if it is `isDeep`. */
export function countInDirectories(
  root: string,
  directories: readonly string[],
  isDeep: boolean,
): Linked {
  const waiting = [...directories];
  const found: string[] = [];
  let files = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const entry of readdirSync(`${root}/${at}`, { withFileTypes: true })) {
      if (entry.isFile()) files += 1;
      else if (entry.isDirectory()) (isDeep ? waiting : found).push(`${at}/${entry.name}`);
    }
  }
  return { files, directories: found };
}
