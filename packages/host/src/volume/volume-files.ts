import { UserError, type VolumeFiles } from '@krillmanager/core';
import type { Argv } from '../run.ts';
import { within } from '../within.ts';
import { partsOf } from './confined.ts';
import { VolumeChild } from './volume-child.ts';
import type { VolumeRequest } from './volume-protocol.ts';

export interface VolumeFilesOptions {
  /** Where the volume is mounted; for messages. */
  readonly root: string;
  /** The command that runs {@link runVolumeChild} for this root. */
  readonly child: Argv;
  /** Milliseconds that one call may take; 5 s unless told. */
  readonly deadlineMs?: number;
}

const callDeadlineMs = 5000;
/** Each process that hangs costs memory; when so many do, the next would hang as well. */
const stuckAtMost = 3;

/** The volume through one child process, killed and replaced whenever it misses a deadline. */
export function volumeFiles(options: VolumeFilesOptions): VolumeFiles {
  const ask = asker(options);
  return {
    read: async (path) => (await ask({ op: 'read', path })) as string | null,
    list: async (path) => (await ask({ op: 'list', path })) as readonly string[],
    remove: async (path) => void (await ask({ op: 'remove', path })),
    rename: async (path, name) => void (await ask({ op: 'rename', path, name })),
    directory: async (path, access) => void (await ask({ op: 'directory', path, access })),
    write: async (path, content, access) =>
      void (await ask({ op: 'write', path, content, access })),
  };
}

function asker({ root, child, deadlineMs = callDeadlineMs }: VolumeFilesOptions) {
  const stuck = new Set<VolumeChild>();
  let current: VolumeChild | null = null;

  const abandon = (hanging: VolumeChild): void => {
    stuck.add(hanging);
    void hanging.ended.then(() => stuck.delete(hanging));
    hanging.kill('the volume does not answer');
  };

  return async (request: VolumeRequest) => {
    partsOf(request.path);
    if (stuck.size >= stuckAtMost)
      throw unanswered(root, request, `${stuck.size} earlier calls hang`);
    if (current === null || !current.alive) current = new VolumeChild(child);
    const asked = current;
    const reply = await within(deadlineMs, asked.ask(request));
    if (reply === null) {
      if (asked.alive) abandon(asked);
      throw unanswered(root, request, `no answer within ${deadlineMs / 1000} s`);
    }
    if ('failed' in reply) throw unanswered(root, request, reply.failed);
    return reply.value;
  };
}

const unanswered = (root: string, { op, path }: VolumeRequest, why: string): UserError =>
  new UserError(`cannot ${op} "${path}" on the volume at ${root}: ${why}`, {
    hint: 'see "krillmanager status" for the state of the volume and its servers',
  });
