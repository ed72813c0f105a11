import { type ClusterSettings, messageOf } from '@krillmanager/core';
import { ownAddresses, readText } from '@krillmanager/host';
import { contend } from './contend.ts';
import { assertPlace, type Permission, permission, readSettings } from './guard.ts';
import { beginInitialisation } from './initialise.ts';
import type { KrillAnswers } from './krill-answer.ts';
import { krillView } from './krill-configuration.ts';
import { LockKeeper, type MajoritySeen } from './lock-keeper.ts';
import type { Places } from './places.ts';
import { preparationMs } from './policy.ts';
import { Refusal } from './refusal.ts';
import { refuse, withdrawRefusal } from './refuse.ts';
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
  readonly as: Permission;
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
    if (error instanceof Refusal)
      return await refuse(supervision, error, () => judged(supervision));
    say(messageOf(error));
    return volumeTroubleCode;
  } finally {
    if (signal.aborted) say('ended as asked');
  }
}

async function superviseUnderLocks(supervision: Supervision): Promise<number> {
  const { signal } = supervision;
  await unless(answering(signal), assertOurs(supervision));
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

const assertOurs = ({ places, clusterId, isVolume }: Supervision): Promise<void> =>
  assertPlace(places, clusterId, isVolume);

/** What a container that starts now would find, before it has the locks. */
async function judged(supervision: Supervision): Promise<void> {
  const { places, signal } = supervision;
  const looked = async () => {
    await assertOurs(supervision);
    await permission(places);
    await readSettings(places);
  };
  await unless(answering(signal), looked());
}

const answering = (...signals: readonly AbortSignal[]): AbortSignal =>
  AbortSignal.any([
    ...signals,
    deadline(preparationMs, `the volume did not answer within ${preparationMs / 1000} s`),
  ]);

/** All that can fail comes before the permit is used up. */
async function prepare(supervision: Supervision, wanted: AbortSignal): Promise<Task> {
  const { places } = supervision;
  const as = await permission(places);
  const settings = await readSettings(places);
  await configure(supervision, settings, wanted);
  if (as !== 'run') await beginInitialisation(places, settings, wanted);
  await withdrawRefusal(places);
  return { settings, as };
}

async function configure(
  { places, render }: Supervision,
  settings: ClusterSettings,
  wanted: AbortSignal,
): Promise<void> {
  const token = (await readText(places.token)).trim();
  const text = render('krill.conf', krillView(settings, token, ownAddresses()));
  await writeDurably(places.configuration, text, { mode: 0o600, wanted });
}
