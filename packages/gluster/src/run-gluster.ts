import { execa } from 'execa';

export interface GlusterResult {
  readonly stdout: string;
  readonly exitCode: number;
}

/** Runs a command line, program first; what it prints and its exit code are the answer. */
export type RunGluster = (
  argv: readonly string[],
  limits: { readonly deadlineMs: number },
) => Promise<GlusterResult>;

/** The gluster of this machine. In the C locale, because numbers are read. */
export const runGluster: RunGluster = async ([program = '', ...argv], { deadlineMs }) => {
  const { stdout, exitCode } = await execa(program, argv, {
    env: { LC_ALL: 'C' },
    stdin: 'ignore',
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
    reject: false,
  });
  return { stdout, exitCode: exitCode ?? -1 };
};
