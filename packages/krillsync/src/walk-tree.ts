import { type Dirent, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { breathe } from './breathe.ts';
import { directoryTime } from './made-directories.ts';

/** Gives all directories of a finished tree their time. */
export async function sealTree(root: string, stop: AbortSignal): Promise<void> {
  for await (const { directory } of walkTree(root, stop)) {
    utimesSync(directory, directoryTime, directoryTime);
  }
}

async function* walkTree(
  root: string,
  stop: AbortSignal,
): AsyncGenerator<{ readonly directory: string; readonly entries: readonly Dirent[] }> {
  const waiting = [root];
  for (let seen = 1; waiting.length > 0; seen += 1) {
    const directory = waiting.pop() ?? root;
    const entries = readdirSync(directory, { withFileTypes: true });
    for (const entry of entries) if (entry.isDirectory()) waiting.push(join(directory, entry.name));
    yield { directory, entries };
    if (seen % 500 === 0) await breathe(stop);
  }
}
