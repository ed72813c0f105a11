import { spawn } from 'node:child_process';

export type Finished = {
  /** Exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunOptions = {
  readonly env: NodeJS.ProcessEnv;
  /** Killed after that many milliseconds; the result then says SIGKILL. */
  readonly deadlineMs: number;
  readonly stdin?: string | Uint8Array;
};

/** Runs a program to its end. Rejects only if it cannot be started. */
export function runProgram(
  file: string,
  argv: readonly string[],
  { env, deadlineMs, stdin }: RunOptions,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, argv, { env, timeout: deadlineMs, killSignal: 'SIGKILL' });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: text(stdout), stderr: text(stderr) }),
    );
    // A program may end without reading all of its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  });
}

const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
