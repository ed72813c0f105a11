import { copyFileSync, linkSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { breathe } from './breathe.ts';
import { errorCode } from './krillsync-error.ts';
import { directoryTime } from './tree-writer.ts';

const unlinkableCodes: readonly (string | undefined)[] = ['EMLINK', 'EPERM', 'ENOTSUP', 'ENOSYS'];

/**
 * Makes `to`, which must not be there, a tree of hard links of the files in `from`.
 *
 * @returns the number of files.
 */
export async function linkTree(from: string, to: string, stop: AbortSignal): Promise<number> {
  const waiting: [string, string][] = [[from, to]];
  mkdirSync(to, { mode: 0o755 });
  let files = 0;
  for (let seen = 1; waiting.length > 0; seen += 1) {
    const [source, target] = waiting.pop() ?? [from, to];
    for (const entry of readdirSync(source, { withFileTypes: true })) {
      const names = [`${source}/${entry.name}`, `${target}/${entry.name}`] as const;
      if (entry.isFile()) {
        linkFile(...names);
        files += 1;
      } else if (entry.isDirectory()) {
        mkdirSync(names[1], { mode: 0o755 });
        waiting.push([...names]);
      }
    }
    // Its last entry is made, and what happens further down does not change its time.
    utimesSync(target, directoryTime, directoryTime);
    if (seen % 100 === 0) await breathe(stop);
  }
  return files;
}

/**
 * A file that was unchanged through very many trees may have as many links as there can be; some
 * file systems have none, and the kernel denies links of files that belong to another user.
 */
function linkFile(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!unlinkableCodes.includes(errorCode(error))) throw error;
    copyFileSync(from, to);
    const { mtime } = statSync(from);
    utimesSync(to, mtime, mtime);
  }
}
