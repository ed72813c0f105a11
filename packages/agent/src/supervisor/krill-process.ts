import { type ChildProcess, spawn } from 'node:child_process';
import { krillStopMs } from './policy.ts';

interface KrillEnd {
  /** The exit code; null after a signal, or when there was no start. */
  readonly code: number | null;
  /** How it ended, for the log. */
  readonly how: string;
}

export interface KrillProcess {
  /** Never rejects. A process that hangs in the volume ends when the volume lets it go. */
  readonly ended: Promise<KrillEnd>;
  /** SIGTERM, and SIGKILL when that is not enough. */
  stop(): void;
  /** SIGKILL, at once. */
  kill(): void;
}

/** The kernel kills Krill when we die; and nothing that Krill starts can gain privileges. */
const bound = ['--pdeathsig', 'KILL', '--no-new-privs', '--'];

export function startKrill(configuration: string): KrillProcess {
  const child = spawn('setpriv', [...bound, 'krill', '-c', configuration], {
    cwd: '/',
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = endOf(child);
  return {
    ended,
    kill: () => void child.kill('SIGKILL'),
    stop: () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), krillStopMs);
      void ended.then(() => clearTimeout(late));
    },
  };
}

const endOf = (child: ChildProcess): Promise<KrillEnd> =>
  new Promise((resolve) => {
    child.once('error', ({ message }) => resolve({ code: null, how: message }));
    child.once('exit', (code, signal) =>
      resolve({ code, how: signal === null ? `exit code ${code}` : signal }),
    );
  });
