import { UserError } from '@krillmanager/core';
import type { LockAttempt, LockHolder, NamedLock } from '../lock/lock-file.ts';
import { within } from '../within.ts';
import { VolumeChild } from './volume-child.ts';
import type { VolumeFilesOptions } from './volume-files.ts';

const lockDeadlineMs = 15_000;

/**
 * A lock among the hosts of the cluster: a file on the volume, held by a process of its own that
 * ends with us. GlusterFS frees the lock of a host that was cut off after some seconds.
 */
export const volumeLock = (
  { root, child, deadlineMs = lockDeadlineMs }: VolumeFilesOptions,
  path: string,
  holder: LockHolder,
): NamedLock => ({
  tryLock: async (): Promise<LockAttempt> => {
    const keeper = new VolumeChild(child);
    const reply = await within(deadlineMs, keeper.ask({ op: 'lock', path, holder }));
    if (reply !== null && 'value' in reply && reply.value === null) {
      return { held: true, release: async () => keeper.kill('released') };
    }
    keeper.kill('not needed any more');
    if (reply !== null && 'value' in reply) return { held: false, holder: parsed(reply.value) };
    const why = reply === null ? `no answer within ${deadlineMs / 1000} s` : reply.failed;
    throw new UserError(`cannot lock "${path}" on the volume at ${root}: ${why}`, {
      hint: 'see "krillmanager status" for the state of the volume and its servers',
    });
  },
});

const parsed = (reply: unknown): LockHolder | null =>
  (JSON.parse(String(reply)) as LockHolder | '') || null;
