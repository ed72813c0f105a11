import { type ChildProcess, spawn } from 'node:child_process';

/** A lock file held by a small process of its own, so that a stuck volume never stops the holder. */
export interface HeldLock {
  /** Resolves when the holding process has ended, wanted or not. */
  readonly lost: Promise<void>;
  /** Ends the holder; the lock is free once `lost` resolves. */
  release(): void;
}

/**
 * Tries once to take the lock. flock(1) opens the file anew, so it asks every brick, also one that
 * has restarted and forgotten. The process ends when our end of its standard input closes.
 * @returns null when another holds it or the file cannot be reached.
 */
export function tryLock(file: string): Promise<HeldLock | null> {
  const child = spawn('flock', ['-n', '-F', file, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lost = ended(child);
  const held: HeldLock = { lost, release: () => child.kill('SIGKILL') };
  return Promise.race([
    new Promise<HeldLock>((resolve) => child.stdout.once('data', () => resolve(held))),
    lost.then(() => null),
  ]);
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
