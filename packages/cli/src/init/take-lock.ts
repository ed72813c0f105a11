import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Machine } from '@krillmanager/agent';
import { paths, UserError, type VolumeMount } from '@krillmanager/core';
import {
  type HeldLock,
  type HeldVolumeLock,
  type LockHolder,
  lockFile,
  type RefusedLock,
  thisHolder,
} from '@krillmanager/host';

export interface ClusterLock {
  /** The mount, which takes the lock on the volume as soon as there is a volume. */
  readonly mount: VolumeMount;
  /** Takes the one on the volume anew, if it is held. @throws UserError when it was lost */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/**
 * One command at a time changes the cluster: on this server, and through the volume everywhere.
 * @throws UserError (exit 4) that names who does
 */
export async function takeLock(
  command: string,
  { mount, volumeLock }: Pick<Machine, 'mount' | 'volumeLock'>,
): Promise<ClusterLock> {
  const here = await takeHere(command);
  let there: HeldVolumeLock | null = null;
  const release = async (): Promise<void> => {
    await there?.release();
    await here.release();
  };
  const onVolume = async (): Promise<void> => {
    there ??= await take(volumeLock(command));
  };
  try {
    const { mounted, answering } = await mount.state();
    if (mounted && answering) await onVolume();
  } catch (error) {
    await release();
    throw error;
  }
  const mountAndLock: VolumeMount = {
    ...mount,
    mount: async (volume) => {
      await mount.mount(volume);
      await onVolume();
    },
  };
  return { mount: mountAndLock, renew: async () => there?.renew(), release };
}

/** On this server only. @throws UserError (exit 4) that names who changes its part of the cluster */
export const takeHere = (command: string): Promise<HeldLock> =>
  take(lockFile(`${paths.run}/init.lock`, thisHolder(command)));

/** Until another host can read who has just signed, or the helper of a holder that was killed is gone. */
const signedAfterMs = 250;
const looks = 12;

interface Lock<Held extends HeldLock> {
  tryLock(): Promise<Held | RefusedLock>;
}

async function take<Held extends HeldLock>(lock: Lock<Held>, looked = 0): Promise<Held> {
  const attempt = await lock.tryLock();
  if (attempt.held) return attempt;
  const { holder } = attempt;
  if ((holder === null || isGone(holder)) && looked < looks) {
    await pause(signedAfterMs);
    return take(lock, looked + 1);
  }
  const who =
    holder === null
      ? 'another run'
      : `"${holder.command}" (process ${holder.pid} on ${holder.host}, since ${new Date(holder.sinceMs).toISOString()})`;
  throw new UserError(`${who} changes the cluster at this moment`, {
    hint: 'wait until it is done, then run this command again',
    exitCode: 4,
  });
}

/** Its lock on the volume is held by a process of its own, which ends a moment later. */
function isGone({ host, pid }: LockHolder): boolean {
  if (host !== hostname()) return false;
  try {
    return !process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
