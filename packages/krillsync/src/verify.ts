import { join } from 'node:path';
import { readServed } from './rrdp-directory.ts';
import { currentTree } from './rsync-directory.ts';
import type { Setup } from './setup.ts';
import { fileFaults } from './verify-files.ts';
import { treeFaults } from './verify-tree.ts';

export interface VerifyResult {
  readonly result: 'sound' | 'not sound';
  readonly session: string | null;
  readonly serial: number | null;
  /** What is wrong, for people; at most the first hundred. */
  readonly faults: readonly string[];
  /** Paths below the RRDP directory of files that are not what they should be. */
  readonly files: readonly string[];
  readonly isTreeSound: boolean;
}

const faultsMaxCount = 100;

/**
 * Compares what clients get now, byte for byte, with what the notification promises them. A daemon
 * may go on meanwhile; when it has, and something seems wrong, all is looked at once more.
 */
export async function verify(setup: Setup): Promise<VerifyResult> {
  const before = shown(setup);
  const result = await look(setup);
  return result.result === 'sound' || shown(setup) === before ? result : look(setup);
}

/** Changes whenever clients get something else. */
function shown({ rrdpDir, rsync, notification, log }: Setup): string {
  const bytes = readServed(rrdpDir, notification, log)?.bytes.toString('latin1');
  return `${rsync && currentTree(rsync.dir)} ${bytes}`;
}

async function look(setup: Setup): Promise<VerifyResult> {
  const { rrdpDir, rsync, notification, log } = setup;
  const served = readServed(rrdpDir, notification, log)?.notification;
  if (!served) return nothingServed(join(rrdpDir, notification.fileName));
  const faults = await fileFaults(setup, served);
  const canRead = !faults.has(served.snapshot.path);
  const ofTree = rsync && canRead ? await treeFaults(setup, rsync, served) : [];
  const all = [...faults.values(), ...ofTree];
  return {
    result: all.length === 0 ? 'sound' : 'not sound',
    session: served.session,
    serial: served.serial,
    faults: all.slice(0, faultsMaxCount),
    files: [...faults.keys()],
    isTreeSound: ofTree.length === 0,
  };
}

const nothingServed = (path: string): VerifyResult => ({
  result: 'not sound',
  session: null,
  serial: null,
  faults: [`${path} is not there or not sound`],
  files: [],
  isTreeSound: true,
});
