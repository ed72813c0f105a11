import { spawn } from 'node:child_process';

export interface KrillcOptions {
  /** For its standard input; none when undefined. */
  readonly input: string | undefined;
  /** Aborted: krillc is killed. */
  readonly wanted: AbortSignal;
}

/**
 * What krillc prints. It asks over Krill's own socket, where our user is the administrator: no token
 * is needed.
 * @throws Error with what krillc said when it failed
 */
export function krillc(
  argv: readonly string[],
  { input = '', wanted }: KrillcOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('krillc', argv, { cwd: '/', signal: wanted, killSignal: 'SIGKILL' });
    let [output, said] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`krillc ${argv.join(' ')}: ${said.trim() || `exit code ${code}`}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
