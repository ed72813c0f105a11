import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { KrillsyncError } from './krillsync-error.ts';

interface Lock {
  readonly release: () => void;
}

/**
 * Takes the lock of a state directory for as long as this process lives, or until `release`; and the
 * peer's, whose cron job may have been left behind.
 *
 * @throws KrillsyncError when another krillsync, or krill-sync, holds it.
 */
export function lockStateDirectory(stateDir: string): Lock {
  const ours = takeLock(join(stateDir, 'lock'), 'another krillsync', stateDir);
  try {
    const peers = takeLock(join(stateDir, 'krill-sync.lock'), 'krill-sync', stateDir);
    return {
      release: () => {
        peers.release();
        ours.release();
      },
    };
  } catch (error) {
    ours.release();
    throw error;
  }
}

/**
 * Node has no flock. A lock taken with flock(2) belongs to the open file and not to the process, so
 * the `flock` program, given our open file as its descriptor 3, takes it for us and may end.
 */
function takeLock(path: string, holder: string, stateDir: string): Lock {
  const fd = openSync(path, 'a', 0o644);
  const { status, error } = spawnSync('flock', ['-n', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
  });
  if (status === 0) return { release: () => closeSync(fd) };
  closeSync(fd);
  if (error) throw new KrillsyncError('local', `cannot run flock: ${error.message}`);
  throw new KrillsyncError(
    'local',
    `${holder} works with the state directory ${stateDir} (lock held: ${path})`,
  );
}
