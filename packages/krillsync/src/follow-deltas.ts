import { lstatSync, unlinkSync } from 'node:fs';
import { errorCode } from './krillsync-error.ts';
import { linkFile } from './link-directories.ts';
import { MadeDirectories } from './made-directories.ts';
import type { Piece, PieceReader } from './piece.ts';
import type { ObjectSink } from './scan-objects.ts';
import { TouchedDirectories } from './touched-directories.ts';
import { treePath } from './tree-writer.ts';

/** A tree that is to become like another one, and the deltas between the two, whole. */
export interface Following {
  readonly tree: string;
  readonly model: string;
  readonly includesHost: boolean;
  readonly deltas: readonly Piece[];
}

const absentCodes: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR', 'EISDIR'];

/**
 * Gives a tree that nobody reads the model's files wherever the deltas say that there is a change,
 * as hard links: no content is written. The deltas were applied to the model, so they are proven.
 *
 * @returns by how many files the tree has grown.
 */
export function followDeltas(
  { tree, model, includesHost, deltas }: Following,
  reader: PieceReader,
): number {
  const changed = new Set<string>();
  const sink: ObjectSink = {
    publish: (uri) => changed.add(treePath(uri, includesHost)),
    withdraw: (uri) => changed.add(treePath(uri, includesHost)),
  };
  for (const delta of deltas) reader.scan(delta, sink);
  return replaceFiles(tree, model, changed);
}

function replaceFiles(tree: string, model: string, changed: ReadonlySet<string>): number {
  const touched = new TouchedDirectories(tree);
  let files = 0;
  for (const path of changed) {
    touched.touchAbove(path);
    if (isRemoved(`${tree}/${path}`)) files -= 1;
  }
  // A directory that became empty may have the place of a file.
  touched.finish();
  const directories = new MadeDirectories(tree);
  for (const path of changed) {
    if (!isFile(`${model}/${path}`)) continue;
    directories.makeFor(path);
    linkFile(`${model}/${path}`, `${tree}/${path}`);
    files += 1;
  }
  touched.finish();
  return files;
}

function isRemoved(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (absentCodes.includes(errorCode(error))) return false;
    throw error;
  }
}

/** A path below a file is no error here. */
function isFile(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch (error) {
    if (absentCodes.includes(errorCode(error))) return false;
    throw error;
  }
}
