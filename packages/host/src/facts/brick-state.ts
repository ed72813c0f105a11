import { readdir } from 'node:fs/promises';
import type { NodeFacts } from '@krillmanager/core';
import { errorCode } from '../files/error-code.ts';

/** GlusterFS keeps its own records of a brick in this directory. */
const brickMark = '.glusterfs';
/** A file system's own directory is nobody's data. */
const noData = new Set(['lost+found']);

export async function brickState(path: string): Promise<NodeFacts['brick']> {
  try {
    const names = (await readdir(path)).filter((name) => !noData.has(name));
    if (names.includes(brickMark)) return 'used';
    return names.length === 0 ? 'empty' : 'foreign';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'absent';
    if (errorCode(error) === 'ENOTDIR') return 'foreign';
    throw error;
  }
}
