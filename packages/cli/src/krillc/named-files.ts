import { statSync } from 'node:fs';
import { resolve, sep } from 'node:path';

/**
 * Files of this machine that a command line names, by whole path: krillc opens them in its container.
 * Those below the directory itself are not among them.
 */
export function namedFiles(argv: readonly string[], directory: string): readonly string[] {
  const named = argv.map((word) => resolve(directory, pathIn(word)));
  const below = directory === '/' ? null : `${directory}${sep}`;
  const elsewhere = named.filter((path) => below === null || !path.startsWith(below));
  return [...new Set(elsewhere)].filter(isFile).toSorted();
}

/** `--request=FILE` names a file as `--request FILE` does. */
const pathIn = (word: string): string => /^--?[\w-]+=(.*)$/s.exec(word)?.[1] ?? word;

const isFile = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true;
