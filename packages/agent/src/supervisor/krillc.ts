import { spawn } from 'node:child_process';

/**
 * What krillc prints. It asks over Krill's own socket, where our user is the administrator: no token
 * is needed.
 * @param wanted aborted: krillc is killed
 * @throws Error with what krillc said when it failed
 */
export function krillc(argv: readonly string[], wanted: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('krillc', argv, {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: wanted,
      killSignal: 'SIGKILL',
    });
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
  });
}
