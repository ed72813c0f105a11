import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Machine } from '@krillmanager/agent';
import { paths, UserError, type VolumeMount } from '@krillmanager/core';
import { type LockHolder, lockFile, type NamedLock, thisHolder } from '@krillmanager/host';

export interface ClusterLock {
  /** The mount, which takes the lock on the volume as soon as there is a volume. */
  readonly mount: VolumeMount;
  release(): Promise<void>;
}

type Held = { release(): Promise<void> };

/**
 * One command at a time changes the cluster: on this server, and through the volume everywhere.
 * @throws UserError (exit 4) that names who does
 */
export async function takeLock(
  command: string,
  { mount, volumeLock }: Pick<Machine, 'mount' | 'volumeLock'>,
): Promise<ClusterLock> {
  const held: Held[] = [await takeHere(command)];
  const release = async (): Promise<void> => {
    for (const lock of held.splice(0).reverse()) await lock.release();
  };
  const onVolume = async (): Promise<void> => {
    if (held.length === 1) held.push(await take(volumeLock(command)));
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
  return { mount: mountAndLock, release };
}

/** On this server only. @throws UserError (exit 4) that names who changes its part of the cluster */
export const takeHere = (command: string): Promise<Held> =>
  take(lockFile(`${paths.run}/init.lock`, thisHolder(command)));

/** Until another host can read who has just signed, or the helper of a holder that was killed is gone. */
const signedAfterMs = 250;
const looks = 12;

async function take(lock: NamedLock, looked = 0): Promise<Held> {
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
