import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';

/** A call that changes something below a directory. */
export interface Call {
  readonly name: string;
  /** Below the directory; of two the first, for strace looks at no other one of `rename`. */
  readonly path: string;
  /** Counted among the calls with the same name and path of one thread. */
  readonly nth: number;
}

type Argv = readonly [string, ...string[]];

const changing = [
  ...['openat', 'write', 'pwrite64', 'ftruncate', 'copy_file_range', 'sendfile'],
  ...['mkdir', 'mkdirat', 'rmdir', 'symlink', 'symlinkat', 'link', 'linkat'],
  ...['rename', 'renameat', 'renameat2', 'unlink', 'unlinkat'],
  ...['utimensat', 'fchmod', 'chmod', 'fchmodat', 'fsync', 'fdatasync'],
];
/** Some architectures lack some of them. */
const trace = (names: readonly string[]): string =>
  `trace=${names.map((name) => `?${name}`).join(',')}`;
/** Of threads and children too. */
const all = ['-f', '-qq'];

/** Runs a program to its end and gives its calls that change something below `dir`, in their order. */
export async function changesBelow(dir: string, argv: Argv, env = process.env): Promise<Call[]> {
  const output = `${dir}.strace`;
  // What is not asked for runs at full speed; with an injection, strace 6.1 would forget that.
  const how = [...all, '--seccomp-bpf', '-y', '-s', '0', '-o', output];
  const { error } = await run(['strace', ...how, '-e', trace(changing), ...argv], env);
  if (error) throw error;
  const lines = readFileSync(output, 'latin1').split('\n');
  rmSync(output);
  const seen = new Map<string, number>();
  const calls = lines.flatMap((line) => parseCall(line, dir, seen));
  const named = calls.map((call) => [`${call.name} ${call.path} ${call.nth}`, call] as const);
  // One thread's first and another one's are the same to strace, which counts for each thread.
  return [...new Map(named).values()];
}

function parseCall(line: string, dir: string, seen: Map<string, number>): readonly Call[] {
  const [, thread, name, rest = ''] = /^(\d+) +([a-z0-9_]+)\((.*)$/.exec(line) ?? [];
  if (!name || (name === 'openat' && !rest.includes('O_CREAT'))) return [];
  const [path] = pathsIn(rest.replace(/\) += .*$/, ''), dir);
  if (path === undefined) return [];
  const key = `${thread} ${name} ${path}`;
  const nth = (seen.get(key) ?? 0) + 1;
  seen.set(key, nth);
  // Tried again after its parent was made; which of the threads has to is chance.
  if (name.startsWith('mkdir') && nth > 1) return [];
  return [{ name, path, nth }];
}

/** Of open files, and those that are named. */
const pathsIn = (text: string, dir: string): readonly string[] =>
  [...text.matchAll(/<([^>]*)>|"([^"]*)"/g)]
    .map(([, open, named]) => open ?? named ?? '')
    .filter((path) => path.startsWith(`${dir}/`))
    .map((path) => path.slice(dir.length + 1));

/** @returns whether the program was killed, with SIGKILL, as it made this call below `dir`. */
export async function killAt(
  dir: string,
  { name, path, nth }: Call,
  argv: Argv,
  env = process.env,
): Promise<boolean> {
  const only = ['-o', '/dev/null', '-P', `${dir}/${path}`, '-e', trace([name])];
  const how = [...only, '-e', `inject=${name}:signal=KILL:when=${nth}`];
  const { signal } = await run(['strace', ...all, ...how, ...argv], env);
  return signal === 'SIGKILL';
}

const run = (
  [program, ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ error: Error | null; signal: string | undefined }> =>
  new Promise((resolve) => {
    execFile(program ?? '', args, { env }, (error) =>
      resolve({ error, signal: error?.signal ?? undefined }),
    );
  });
