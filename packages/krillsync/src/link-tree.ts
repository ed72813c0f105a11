import { mkdirSync } from 'node:fs';
import type { Crew } from './crew.ts';
import { walkInShares } from './walk-shares.ts';

/**
 * Makes `to`, which must not be there, a tree of hard links of the files in `from`.
 *
 * @returns the number of files.
 */
export async function linkTree(from: string, to: string, crew: Crew): Promise<number> {
  mkdirSync(to, { mode: 0o755 });
  return walkInShares(crew, (directories, isDeep) => ({
    do: 'link',
    from,
    to,
    directories,
    isDeep,
  }));
}
