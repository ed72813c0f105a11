import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

/** A lock file held by a small process of its own, so that a stuck volume never stops the holder. */
export interface HeldLock {
  readonly held: true;
  /** Resolves when the holding process has ended, wanted or not: the lock is free. */
  readonly lost: Promise<void>;
  /** Ends the holder; resolves when the lock is free, which a stuck volume can put off. */
  release(): Promise<void>;
}

export interface NotHeld {
  readonly held: false;
  readonly why: 'taken' | 'unreachable';
  /** What flock(1) said about a file that cannot be reached. */
  readonly said: string;
}

/** Of our choice, so that no other failure looks as if somebody held the lock. */
const takenCode = 75;

/**
 * Tries once to take the lock. flock(1) opens the file anew, so it asks every brick, also one that
 * has restarted and forgotten; what it becomes, cat(1), returns our word as the sign that the lock
 * is held, and ends when our end of its standard input closes: also when we are killed.
 * @param given aborted: the attempt is given up, and what it may still get is given back
 */
export async function tryLock(file: string, given: AbortSignal): Promise<HeldLock | NotHeld> {
  const child = startHolder(file);
  const ended = endOf(child);
  const lost = ended.then(() => undefined);
  const release = () => {
    child.kill('SIGKILL');
    return lost;
  };
  const { promise: outcome, resolve } = Promise.withResolvers<HeldLock | NotHeld>();
  const giveUp = () => {
    void release();
    resolve({ held: false, why: 'unreachable', said: 'no answer in time' });
  };
  child.stdout.once('data', () => resolve({ held: true, lost, release }));
  void ended.then(resolve);
  if (given.aborted) giveUp();
  given.addEventListener('abort', giveUp, { once: true });
  return outcome.finally(() => given.removeEventListener('abort', giveUp));
}

function startHolder(file: string): ChildProcessWithoutNullStreams {
  const options = ['--nonblock', '--no-fork', `--conflict-exit-code=${takenCode}`];
  const child = spawn('flock', [...options, file, 'cat'], {
    // Never on the volume; nor in our process group, whose signals are not for the holder.
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write('held\n');
  return child;
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<NotHeld> {
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
  });
  const { promise, resolve } = Promise.withResolvers<NotHeld>();
  const end = (why: NotHeld['why'], words: string) =>
    resolve({ held: false, why, said: words.trim() });
  child.once('error', (error) => end('unreachable', error.message));
  child.once('exit', (code) => end(code === takenCode ? 'taken' : 'unreachable', said));
  return promise;
}
