import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { OwnCluster } from './own-cluster.ts';

const lab = fileURLToPath(new URL('../../../../../scripts/lab', import.meta.url));

/** One line of `init --json`. */
export interface InitEvent {
  readonly event: 'started' | 'progress' | 'done' | 'failed' | 'finished';
  readonly step?: { readonly kind: string; readonly node?: string; readonly peer?: string };
  readonly tookMs?: number;
}

/** How long after an event `init` is killed, in milliseconds; null: it goes on. */
export type Verdict = (event: InitEvent) => number | null;

export interface KilledInit {
  /** Its standard output, up to the moment of its death. */
  readonly stdout: string;
  readonly killed: boolean;
  /** Null when it was killed. */
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs `init` on the first host and kills it with SIGKILL when its own events say that it is time. */
export function killableInit(cluster: OwnCluster, verdict: Verdict): Promise<KilledInit> {
  const { dir, net, net6 } = cluster.place;
  const env = { ...process.env, LAB_DIR: dir, LAB_NET: net, LAB_NET6: net6 };
  const argv = ['exec', 'h1', '--', ...cluster.initArgv('--json')];
  // The lab's exec takes the command with it: the kernel passes the signal on.
  const child = spawn(lab, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [killed, stdout, stderr] = [false, '', ''];
  const kill = () => {
    killed = true;
    child.kill('SIGKILL');
  };
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    stdout += `${line}\n`;
    if (killed) return;
    const afterMs = verdict(JSON.parse(line) as InitEvent);
    if (afterMs === 0) kill();
    else if (afterMs !== null) setTimeout(kill, afterMs);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ stdout, killed, code: killed ? null : code, stderr }));
  });
}

/** Names a step among all of a run, e.g. "pool.probe 10.55.0.2". */
export function nameOf({ step }: InitEvent): string {
  return [step?.kind, step?.node ?? step?.peer].filter((part) => part !== undefined).join(' ');
}
