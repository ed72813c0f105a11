import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { KrillsyncError } from './krillsync-error.ts';

/**
 * Takes the lock of a state directory for as long as this process lives, or until `release`.
 *
 * Node has no flock. A lock taken with flock(2) belongs to the open file and not to the process, so
 * the `flock` program, given our open file as its descriptor 3, takes it for us and may end.
 *
 * @throws KrillsyncError when another krillsync holds it.
 */
export function lockStateDirectory(stateDir: string): { readonly release: () => void } {
  const path = join(stateDir, 'lock');
  const fd = openSync(path, 'a', 0o644);
  const stdio = ['ignore', 'ignore', 'ignore', fd] as const;
  const { status, error } = spawnSync('flock', ['-n', '3'], { stdio: [...stdio] });
  if (status === 0) return { release: () => closeSync(fd) };
  closeSync(fd);
  if (error) throw new KrillsyncError('local', `cannot run flock: ${error.message}`);
  throw new KrillsyncError(
    'local',
    `another krillsync works with the state directory ${stateDir} (lock held: ${path})`,
  );
}
