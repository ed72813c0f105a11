import { type ChildProcess, spawn } from 'node:child_process';
import { krillStopMs } from './policy.ts';

export interface KrillProcess {
  /** The exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
  /** SIGTERM, and SIGKILL when that is not enough. */
  stop(): Promise<void>;
  /** SIGKILL, at once. */
  kill(): void;
}

export function startKrill(configuration: string): KrillProcess {
  const child = spawn('krill', ['-c', configuration], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = exitOf(child);
  return {
    ended,
    kill: () => void child.kill('SIGKILL'),
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), krillStopMs);
      await ended;
      clearTimeout(late);
    },
  };
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });
