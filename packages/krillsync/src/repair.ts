import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { UpdateResult } from './finish.ts';
import { currentTree } from './rsync-directory.ts';
import type { Setup } from './setup.ts';
import { readState, writeState } from './state.ts';
import { update } from './update.ts';
import { compressedSuffix } from './uri.ts';
import type { VerifyResult } from './verify.ts';

/** Makes anew what `verify` found not to be right, and updates. */
export async function repair(
  setup: Setup,
  { files: faulty, isTreeSound }: Pick<VerifyResult, 'files' | 'isTreeSound'>,
): Promise<UpdateResult> {
  const state = readState(setup.stateDir);
  // Whoever compresses makes them anew; until then clients get the file itself.
  const copies = faulty.filter((path) => path.endsWith(compressedSuffix));
  for (const path of copies) rmSync(join(setup.rrdpDir, path), { force: true });
  const files = new Map([...state.files].filter(([path]) => !faulty.includes(path)));
  const trees = new Map(state.trees);
  if (setup.rsync && !isTreeSound) trees.delete(currentTree(setup.rsync.dir) ?? '');
  writeState(setup.stateDir, { ...state, files, trees });
  return update(setup);
}
