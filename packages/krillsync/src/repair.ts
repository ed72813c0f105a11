import type { UpdateResult } from './finish.ts';
import { currentTree } from './rsync-directory.ts';
import type { Setup } from './setup.ts';
import { readState, writeState } from './state.ts';
import { update } from './update.ts';
import type { VerifyResult } from './verify.ts';

/** Makes anew what `verify` found not to be right, and updates. */
export async function repair(
  setup: Setup,
  { files: faulty, isTreeSound }: Pick<VerifyResult, 'files' | 'isTreeSound'>,
): Promise<UpdateResult> {
  const state = readState(setup.stateDir);
  const files = new Map([...state.files].filter(([path]) => !faulty.includes(path)));
  const trees = new Map(state.trees);
  if (setup.rsync && !isTreeSound) trees.delete(currentTree(setup.rsync.dir) ?? '');
  writeState(setup.stateDir, { ...state, files, trees });
  return update(setup);
}
