/** One update in a process of its own, by several threads: `update-program.ts ROOT SOURCE`. */
import { NextTree } from '../next-tree.ts';
import { ThreadCrew } from '../thread-crew.ts';
import { NodeOnDisk } from './node-on-disk.ts';

const [root = '', source = ''] = process.argv.slice(2);
const { signal } = new AbortController();
/** So that even a small repository is divided among threads. */
const limits = { count: 2, linkCount: 2, snapshotBytes: 1, treeObjects: 1, pieceBytes: 300 };
await new NodeOnDisk(root, source).update({
  crew: new ThreadCrew(signal, limits),
  cleanupAfterMs: 0,
  next: new NextTree(),
});
