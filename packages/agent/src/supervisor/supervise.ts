import { readFile, rm, writeFile } from 'node:fs/promises';
import { ownAddresses } from '@krillmanager/host';
import { objection, permission, readSettings } from './guard.ts';
import { beginInitialisation, completeInitialisation } from './initialise.ts';
import { krillView } from './krill-configuration.ts';
import { type KrillProcess, startKrill } from './krill-process.ts';
import type { Places } from './places.ts';
import { contendEveryMs, renewalOverdueMs, renewEveryMs } from './policy.ts';
import { TwoLocks } from './two-locks.ts';
import { writeDurably } from './write-durably.ts';

export interface Supervision {
  readonly places: Places;
  readonly clusterId: string;
  readonly render: (template: string, view: object) => string;
  /** One line for the container's log; never a secret. */
  readonly say: (line: string) => void;
  /** Aborted by SIGTERM. */
  readonly signal: AbortSignal;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Runs Krill only while this process holds both locks on this cluster's own volume.
 * @returns the exit code of the container; Swarm starts another after any.
 */
export async function supervise(supervision: Supervision): Promise<number> {
  const { places, clusterId, say, signal } = supervision;
  const wrong = await objection(places, clusterId);
  if (wrong !== null) return refuse(supervision, wrong);
  const locks = await contend(supervision);
  if (locks === null) return 0;
  try {
    const granted = await permission(places);
    if (granted.may === 'not') return await refuse(supervision, granted.because);
    if (granted.may === 'initialise') await beginInitialisation(places);
    say(granted.may === 'initialise' ? 'initialising Krill' : 'starting Krill');
    return await runKrill(supervision, locks, granted.may === 'initialise');
  } finally {
    locks.release();
    if (signal.aborted) say('ended as asked');
  }
}

/** Says why, once, and stays: a container that comes and goes tells the operator less. */
async function refuse({ say, signal, places }: Supervision, because: string): Promise<number> {
  say(`Krill is not started: ${because}`);
  await writeFile(places.waiting, because);
  for (let waited = 0; waited < 30_000 && !signal.aborted; waited += 500) await pause(500);
  return 1;
}

async function contend({ places, say, signal }: Supervision): Promise<TwoLocks | null> {
  let said = false;
  while (!signal.aborted) {
    const locks = await TwoLocks.contend(places.locks);
    if (locks !== null) {
      await rm(places.waiting, { force: true });
      return locks;
    }
    if (!said) say('another Krill holds the locks: waiting until they are free');
    said = true;
    await writeFile(places.waiting, 'another Krill holds the locks');
    await pause(contendEveryMs);
  }
  return null;
}

async function runKrill(
  supervision: Supervision,
  locks: TwoLocks,
  initialise: boolean,
): Promise<number> {
  const { places, say, signal } = supervision;
  const settings = await readSettings(places);
  await configure(supervision, settings);
  const krill = startKrill(places.configuration);
  let over = false;
  void krill.ended.finally(() => {
    over = true;
  });
  signal.addEventListener('abort', () => void krill.stop(), { once: true });
  const guarded = keepLocks(locks, krill, () => over, say);
  if (initialise) {
    // Krill answers nothing until its data stands; Swarm kills what it takes for unhealthy.
    await writeFile(places.waiting, 'initialising');
    await completeInitialisation(places, settings, () => over).catch((error: unknown) => {
      say(`the initialisation failed: ${String(error)}`);
      krill.kill();
    });
    await rm(places.waiting, { force: true });
    if (!over) say('Krill is initialised');
  }
  const code = await krill.ended;
  await guarded;
  return code ?? 1;
}

async function configure(
  { places, render }: Supervision,
  settings: Awaited<ReturnType<typeof readSettings>>,
): Promise<void> {
  const token = (await readFile(places.token, 'utf8')).trim();
  const text = render('krill.conf', krillView(settings, token, ownAddresses()));
  await writeDurably(places.configuration, text, 0o600);
}

/**
 * Renews until Krill ends. Krill is killed at once when a renewal fails or is overdue; a process
 * that was frozen finds itself here long after its locks went to another, so time is asked first.
 */
async function keepLocks(
  locks: TwoLocks,
  krill: KrillProcess,
  over: () => boolean,
  say: (line: string) => void,
): Promise<void> {
  let freshAt = performance.now();
  while (!over()) {
    const left = renewalOverdueMs - (performance.now() - freshAt);
    const renewed = left > 0 && (await withinTime(left, locks.renew(), krill.ended));
    if (over()) return;
    if (!renewed || performance.now() - freshAt > renewalOverdueMs) {
      krill.kill();
      say('a lock was lost, or not renewed in time: Krill is killed');
      return;
    }
    freshAt = performance.now();
    await pause(renewEveryMs);
  }
}

/** False when the renewal failed or took too long; true also when Krill ended meanwhile. */
async function withinTime(ms: number, renewal: Promise<boolean>, ended: Promise<unknown>) {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  const done = await Promise.race([renewal, ended.then(() => true), late]);
  clearTimeout(timer);
  return done;
}
