import { join } from 'node:path';
import { runKrillsync } from '../command.ts';
import { type NodeOnDisk, notificationUri } from './node-on-disk.ts';
import type { Scene } from './scene.ts';

/** The command in this process. */
export async function krillsync(...argv: readonly string[]) {
  let out = '';
  let err = '';
  const code = await runKrillsync(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    version: '1.2.3',
  });
  return { code, out, err };
}

export const stateDirOf = (node: NodeOnDisk): string => join(node.root, 'state');

/** The scene's source, and options for the directories where the node looks. */
export const placesOf = ({ sourceDir }: Scene, node: NodeOnDisk): readonly string[] => [
  ...[notificationUri.text, '--source-uri-base', sourceDir, '-s', stateDirOf(node)],
  ...['--rrdp-dir', node.rrdpDir, '--rsync-dir', node.rsyncDir],
];
