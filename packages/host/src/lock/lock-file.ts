import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { runCommand } from '../run.ts';

/** Who holds a lock, for the message to whoever wants it too. */
export interface LockHolder {
  readonly host: string;
  readonly pid: number;
  readonly command: string;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
}

export interface HeldLock {
  readonly held: true;
  release(): Promise<void>;
}

export interface RefusedLock {
  readonly held: false;
  /** Null in the moment before it has signed. */
  readonly holder: LockHolder | null;
}

export type LockAttempt = HeldLock | RefusedLock;

export interface NamedLock {
  tryLock(): Promise<LockAttempt>;
}

/** This process, from now on. @param command what it does */
export const thisHolder = (command: string): LockHolder => ({
  host: hostname(),
  pid: process.pid,
  command,
  sinceMs: Date.now(),
});

/** flock's exit code when another holds the lock. */
const heldByAnother = 1;

/**
 * A lock among processes, on local disk or, among hosts, on GlusterFS; where the volume hangs, so
 * does this. It is the kernel's: the death of the holder frees it. The file itself stays.
 * @param holder who wants it and what for, as the next one shall read it
 */
export const lockFile = (path: string, holder: LockHolder): NamedLock => ({
  tryLock: async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    const file = await open(path, 'a+', 0o644);
    try {
      return (await locked(file)) ? await hold(file, holder) : await giveUp(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  },
});

/**
 * Node has no flock(2). The lock belongs to the open file, which the program shares with us as its
 * standard input, so it stays when the program has ended.
 */
async function locked({ fd }: FileHandle): Promise<boolean> {
  const argv = ['flock', '--exclusive', '--nonblock', '0'] as const;
  return (await runCommand(argv, { stdin: fd, accept: [heldByAnother] })).exitCode === 0;
}

async function hold(file: FileHandle, holder: LockHolder): Promise<LockAttempt> {
  await file.truncate();
  await file.appendFile(`${JSON.stringify(holder)}\n`);
  // On the volume: another host is to read it while the file stays open here.
  await file.sync();
  const release = async () => {
    // On a volume that was mounted anew the old file cannot be written to; it can be closed.
    await file.truncate().finally(() => file.close());
  };
  return { held: true, release };
}

async function giveUp(file: FileHandle): Promise<LockAttempt> {
  const signed = await readFromStart(file);
  await file.close();
  return { held: false, holder: signed.endsWith('\n') ? (JSON.parse(signed) as LockHolder) : null };
}

async function readFromStart(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
  return buffer.toString('utf8', 0, bytesRead);
}
