import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterSettings } from '@krillmanager/core';
import { ownAddresses } from '@krillmanager/host';
import { contend } from './contend.ts';
import { assertPlace, permission, readSettings } from './guard.ts';
import { beginInitialisation } from './initialise.ts';
import type { KrillAnswers } from './krill-answer.ts';
import { krillView } from './krill-configuration.ts';
import { LockKeeper, type MajoritySeen } from './lock-keeper.ts';
import type { Places } from './places.ts';
import { preparationMs, refusalMs } from './policy.ts';
import { Refusal } from './refusal.ts';
import { runKrill } from './run-krill.ts';
import { deadline, unless } from './unless.ts';
import { writeDurably } from './write-durably.ts';

export interface Supervision {
  readonly places: Places;
  readonly clusterId: string;
  readonly render: (template: string, view: object) => string;
  /** One line for the container's log; never a secret. */
  readonly say: (line: string) => void;
  /** Aborted by SIGTERM. */
  readonly signal: AbortSignal;
  /** Whether a directory lies on the replicated volume. */
  readonly isVolume: (path: string) => Promise<boolean>;
  readonly answer: KrillAnswers;
  readonly majoritySeen: MajoritySeen;
}

/** What Krill is to be started for. */
export interface Task {
  readonly settings: ClusterSettings;
  readonly initialise: boolean;
}

/** Of the container, when the volume was the trouble. */
export const volumeTroubleCode = 75;

/**
 * Runs Krill only while this process holds both locks on this cluster's own volume.
 * @returns the exit code of the container; Swarm starts another after any.
 */
export async function supervise(supervision: Supervision): Promise<number> {
  const { say, signal } = supervision;
  try {
    return await superviseUnderLocks(supervision);
  } catch (error) {
    if (signal.aborted) return 0;
    if (error instanceof Refusal) return await refuse(supervision, error.message);
    say(error instanceof Error ? error.message : String(error));
    return volumeTroubleCode;
  } finally {
    if (signal.aborted) say('ended as asked');
  }
}

async function superviseUnderLocks(supervision: Supervision): Promise<number> {
  const { places, clusterId, isVolume, signal } = supervision;
  await unless(answering(signal), assertPlace(places, clusterId, isVolume));
  const keeper = new LockKeeper(await contend(supervision), supervision.majoritySeen);
  try {
    const wanted = answering(signal, keeper.lost);
    const task = await unless(wanted, prepare(supervision, wanted));
    return await runKrill(supervision, keeper, task);
  } finally {
    // Not waited for: the volume may hang, and the holders end with this process.
    void keeper.release();
  }
}

const answering = (...signals: readonly AbortSignal[]): AbortSignal =>
  AbortSignal.any([
    ...signals,
    deadline(preparationMs, `the volume did not answer within ${preparationMs / 1000} s`),
  ]);

/** All that can fail comes before the permit is used up. */
async function prepare(supervision: Supervision, wanted: AbortSignal): Promise<Task> {
  const { places } = supervision;
  const initialise = (await permission(places)) === 'initialise';
  const settings = await readSettings(places);
  await configure(supervision, settings, wanted);
  if (initialise) await beginInitialisation(places, wanted);
  return { settings, initialise };
}

async function configure(
  { places, render }: Supervision,
  settings: ClusterSettings,
  wanted: AbortSignal,
): Promise<void> {
  const token = (await readFile(places.token, 'utf8')).trim();
  const text = render('krill.conf', krillView(settings, token, ownAddresses()));
  await writeDurably(places.configuration, text, { mode: 0o600, wanted });
}

/** Says why, once, and stays: a container that comes and goes tells the operator less. */
async function refuse({ say, signal, places }: Supervision, because: string): Promise<number> {
  say(`Krill is not started: ${because}`);
  await writeFile(places.waiting, because);
  await pause(refusalMs, undefined, { signal }).catch(() => undefined);
  return signal.aborted ? 0 : 1;
}
