import { execa } from 'execa';
import type { Argv } from './run.ts';

/** Runs a program on our own terminal, for as long as it takes. @returns its exit code */
export async function runThrough([program, ...rest]: Argv): Promise<number> {
  const { exitCode, failed } = await execa(program, rest, { stdio: 'inherit', reject: false });
  return exitCode ?? (failed ? 1 : 0);
}
