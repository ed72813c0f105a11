import { setTimeout as pause } from 'node:timers/promises';
import { UserError } from '@krillmanager/core';
import type { HeldLock, LockHolder, RefusedLock } from '../lock/lock-file.ts';
import { within } from '../within.ts';
import { VolumeChild } from './volume-child.ts';
import type { VolumeFilesOptions } from './volume-files.ts';

const lockDeadlineMs = 15_000;
const retryEveryMs = 100;
/** Taking both anew costs some calls on the volume: not between steps that take no time. */
const freshMs = 1000;

export interface HeldVolumeLock extends HeldLock {
  /** Takes it anew. @throws UserError when it was lost, or cannot be had any more */
  renew(): Promise<void>;
}

export interface VolumeLock {
  tryLock(): Promise<HeldVolumeLock | RefusedLock>;
}

/**
 * A lock among the hosts of the cluster: two files on the volume, held by a process of its own that
 * ends with us. GlusterFS frees the lock of a host that was cut off after some seconds, and a brick that
 * starts again forgets it; so the holder takes one file anew while it holds the other (docs/adr/0003).
 */
export const volumeLock = (
  options: VolumeFilesOptions,
  path: string,
  holder: LockHolder,
): VolumeLock => ({
  tryLock: async () => {
    const keeper = new VolumeChild(options.child);
    const files = [path, `${path}-b`];
    const take = asker(keeper, options, holder);
    try {
      for (const file of files) {
        const refused = await take(file);
        if (refused === null) continue;
        keeper.kill('not needed any more');
        return refused;
      }
    } catch (error) {
      keeper.kill('it failed');
      throw error;
    }
    return {
      held: true,
      renew: renewer(keeper, take, files, options),
      release: async () => keeper.kill('released'),
    };
  },
});

type Take = (file: string) => Promise<RefusedLock | null>;

/** Null when the file is ours. */
function asker(
  keeper: VolumeChild,
  { root, deadlineMs = lockDeadlineMs }: VolumeFilesOptions,
  holder: LockHolder,
): Take {
  return async (path) => {
    const reply = await within(deadlineMs, keeper.ask({ op: 'lock', path, holder }));
    if (reply !== null && 'value' in reply) {
      return reply.value === null ? null : { held: false, holder: parsed(reply.value) };
    }
    const why = reply === null ? `no answer within ${deadlineMs / 1000} s` : reply.failed;
    throw new UserError(`cannot lock "${path}" on the volume at ${root}: ${why}`, {
      hint: 'see "krillmanager status" for the state of the volume and its servers',
    });
  };
}

function renewer(
  keeper: VolumeChild,
  take: Take,
  files: readonly string[],
  { deadlineMs = lockDeadlineMs }: VolumeFilesOptions,
): () => Promise<void> {
  let renewedAt = performance.now();
  return async () => {
    if (!keeper.alive) throw lost('the process that held it ended');
    const startedAt = performance.now();
    if (startedAt - renewedAt < freshMs) return;
    for (const file of files) {
      // Who contends for both has the one for a moment, until it fails at the other.
      for (let other = await take(file); other !== null; other = await take(file)) {
        const who = other.holder === null ? 'another' : `"${other.holder.command}"`;
        if (performance.now() - startedAt > deadlineMs) throw lost(`${who} has taken it`);
        await pause(retryEveryMs);
      }
    }
    renewedAt = performance.now();
  };
}

const lost = (why: string): UserError =>
  new UserError(`the lock on the volume was lost: ${why}`, {
    hint: 'run the same command again: it looks at what has become of the cluster',
  });

const parsed = (reply: unknown): LockHolder | null =>
  (JSON.parse(String(reply)) as LockHolder | '') || null;
