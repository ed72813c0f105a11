import { execFile } from 'node:child_process';
import { childEnv } from './child-env.ts';
import { refuse } from './krillsync-error.ts';
import type { Notification } from './notification.ts';
import type { StagedFile } from './rrdp-directory.ts';
import type { Setup } from './setup.ts';

/** A new state that is complete on disk and that no client has seen. */
export interface Candidate {
  readonly notification: Notification;
  readonly staged: readonly StagedFile[];
  /** The snapshot's file, where it is now. */
  readonly snapshotPath: string;
  /** Its rsync tree, when one was made. */
  readonly treePath: string | undefined;
}

/** Looks at a candidate before anything of it is shown; throws a KrillsyncError to refuse it. */
export type Gate = (setup: Setup, candidate: Candidate) => Promise<void>;

const scriptMaxMs = 10 * 60_000;

/**
 * A program of the operator's. It gets the snapshot and, if there is one, the rsync tree as its
 * arguments, and the version in its environment; if it ends with another code than 0, the candidate
 * is refused.
 */
export function scriptGate(script: string): Gate {
  return (setup, { notification, snapshotPath, treePath }) => {
    const { session, serial } = notification;
    const args = [snapshotPath, ...(treePath === undefined ? [] : [treePath])];
    const env = {
      ...childEnv(),
      KRILLSYNC_SESSION: session,
      KRILLSYNC_SERIAL: String(serial),
      KRILLSYNC_SNAPSHOT: snapshotPath,
      KRILLSYNC_TREE: treePath ?? '',
    };
    const options = { env, timeout: scriptMaxMs, signal: setup.stop, maxBuffer: 1024 * 1024 };
    return new Promise((resolve, reject) => {
      execFile(script, args, options, (error, stdout, stderr) => {
        if (!error) return resolve();
        const said = (stderr.trim() || stdout.trim() || error.message).split('\n').at(-1) ?? '';
        const what = `session ${session} serial ${serial}`;
        reject(refuse(`${script} refuses ${what}: ${said.slice(0, 500)}`));
      });
    });
  };
}
