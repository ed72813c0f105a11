import { copyFileSync, linkSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { errorCode } from './krillsync-error.ts';
import { directoryTime } from './made-directories.ts';

const unlinkableCodes: readonly (string | undefined)[] = ['EMLINK', 'EPERM', 'ENOTSUP', 'ENOSYS'];

export interface Linked {
  readonly files: number;
  /** Relative: those that were made and not filled. */
  readonly directories: readonly string[];
}

/**
 * Fills empty directories of `to` with hard links of the files that are in the same ones of `from`.
 *
 * @param directories relative; '.' is the tree itself.
 * @param isDeep whether the directories in them are filled too, or only made.
 */
export function linkDirectories(
  from: string,
  to: string,
  directories: readonly string[],
  isDeep: boolean,
): Linked {
  const waiting = [...directories];
  const made: string[] = [];
  let files = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    files += linkDirectory(`${from}/${at}`, `${to}/${at}`, (name) =>
      (isDeep ? waiting : made).push(`${at}/${name}`),
    );
  }
  return { files, directories: made };
}

function linkDirectory(source: string, target: string, made: (name: string) => void): number {
  let files = 0;
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    if (entry.isFile()) {
      linkFile(`${source}/${entry.name}`, `${target}/${entry.name}`);
      files += 1;
    } else if (entry.isDirectory()) {
      mkdirSync(`${target}/${entry.name}`, { mode: 0o755 });
      made(entry.name);
    }
  }
  // Its last entry is made, and what happens further down does not change its time.
  utimesSync(target, directoryTime, directoryTime);
  return files;
}

/**
 * A file that was unchanged through very many trees may have as many links as there can be; some
 * file systems have none, and the kernel denies links of files that belong to another user.
 */
export function linkFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!unlinkableCodes.includes(errorCode(error))) throw error;
    copyFileSync(from, to);
    const { mtime } = statSync(from);
    utimesSync(to, mtime, mtime);
  }
}
