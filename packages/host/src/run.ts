import { UserError } from '@krillmanager/core';
import { execa } from 'execa';
import { within } from './within.ts';

/** A program's name and its arguments, as a value: no shell reads it. */
export type Argv = readonly [program: string, ...rest: string[]];

export interface RunOptions {
  /** Milliseconds until the program is killed (SIGKILL); 30 s unless told. */
  readonly deadlineMs?: number;
  /** What the program reads on standard input: the only way for a secret. */
  readonly input?: string;
  /** Added to ours; never a secret. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are answers and no failures; 0 always is one. */
  readonly accept?: readonly number[];
  /** A descriptor of ours that the program gets as its standard input. */
  readonly stdin?: number;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** The program did not end in time. It may live on for as long as the kernel does not let it die. */
export class DeadlineError extends UserError {
  /** Settles, never rejects, when the program is gone. */
  readonly ended: Promise<void>;

  constructor(program: string, deadlineMs: number, ended: Promise<void>) {
    super(`${program} did not end within ${deadlineMs / 1000} s`);
    this.ended = ended;
  }
}

const commandDeadlineMs = 30_000;
const quotedLines = 5;

/**
 * Runs a program to its end; the one place of this package that does.
 * @throws UserError that quotes program, exit code and the last lines of its standard error;
 *   DeadlineError when it was killed for taking too long.
 */
export async function runCommand(
  argv: Argv,
  { deadlineMs = commandDeadlineMs, accept = [], ...options }: RunOptions = {},
): Promise<CommandResult> {
  const running = start(argv, options);
  const result = await within(deadlineMs, running);
  if (result === null) throw abandon(argv, deadlineMs, running);
  if (result.failed && !accept.includes(result.exitCode ?? -1)) throw failure(argv, result);
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode ?? 0 };
}

function start([program, ...rest]: Argv, { input = '', env, stdin }: RunOptions) {
  return execa(program, rest, {
    env: { LC_ALL: 'C', ...env },
    // execa takes any descriptor, its types only the first ten.
    ...(stdin === undefined ? { input } : { stdin: stdin as 3 }),
    reject: false,
    stripFinalNewline: false,
  });
}

type Running = ReturnType<typeof start>;
type Finished = Awaited<Running>;

/** A program that hangs in the kernel does not die of SIGKILL, so nobody may wait for its end. */
function abandon([program]: Argv, deadlineMs: number, running: Running): DeadlineError {
  const child = running.nodeChildProcess;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.kill('SIGKILL');
  child.unref();
  for (const stream of child.stdio) stream?.destroy();
  return new DeadlineError(program, deadlineMs, ended);
}

function failure([program]: Argv, result: Finished): UserError {
  if (result.code === 'ENOENT') {
    return new UserError(`${program} is not installed`, {
      hint: `install the package that has "${program}" and run the command again`,
      cause: result,
    });
  }
  const end =
    result.exitCode === undefined ? `was ended by ${result.signal}` : `exit ${result.exitCode}`;
  const said = result.stderr.trimEnd().split('\n').slice(-quotedLines).join('\n');
  return new UserError(`${program}: ${end}${said === '' ? '' : `: ${said}`}`, { cause: result });
}
