import { rm, writeFile } from 'node:fs/promises';
import { awaitAnswer, completeInitialisation } from './initialise.ts';
import { type KrillProcess, startKrill } from './krill-process.ts';
import type { LockKeeper } from './lock-keeper.ts';
import { initialisationMs, krillStartMs } from './policy.ts';
import { type Refusal, Unfinished } from './refusal.ts';
import type { Supervision, Task } from './supervise.ts';
import { deadline, unless } from './unless.ts';

/**
 * Starts Krill and stays until it has ended, which is at once when the locks may be lost.
 * @returns its exit code
 * @throws the reason why the locks were lost; Refusal when an initialisation failed
 */
export async function runKrill(
  supervision: Supervision,
  keeper: LockKeeper,
  task: Task,
): Promise<number> {
  const { places, say, signal } = supervision;
  // Until it answers, it is as it should be: reading large data takes long.
  await writeFile(places.waiting, 'Krill is starting');
  say(saying[task.as]);
  // Nothing is waited for between this look at the clock and the listener below.
  keeper.check().throwIfAborted();
  signal.throwIfAborted();
  const krill = startKrill(places.configuration);
  keeper.lost.addEventListener('abort', () => killNow(krill, keeper, say), { once: true });
  signal.addEventListener('abort', () => krill.stop(), { once: true });
  const over = endOf(krill);
  const failure = await attend(supervision, task, over).catch((error: unknown) => error);
  if (failure !== undefined) krill.stop();
  const { code, how } = await krill.ended;
  keeper.lost.throwIfAborted();
  if (failure !== undefined) throw unfinished(failure, task);
  if (!signal.aborted) say(`Krill has ended: ${how}`);
  return signal.aborted ? 0 : (code ?? 1);
}

function killNow(krill: KrillProcess, keeper: LockKeeper, say: Supervision['say']): void {
  krill.kill();
  say(`Krill is killed: ${(keeper.lost.reason as Error).message}`);
}

function endOf(krill: KrillProcess): AbortSignal {
  const over = new AbortController();
  void krill.ended.then(({ how }) => over.abort(new Error(`Krill has ended: ${how}`)));
  return over.signal;
}

/** Until Krill answers and, if it is to be initialised, all that belongs to it is made. */
async function attend(
  { places, answer, say }: Supervision,
  { as, settings }: Task,
  over: AbortSignal,
): Promise<void> {
  const initialise = as !== 'run';
  const patienceMs = initialise ? initialisationMs : krillStartMs;
  const late = deadline(patienceMs, `not done within ${patienceMs / 1000} s`);
  const wanted = AbortSignal.any([over, late]);
  if (initialise) {
    await unless(wanted, completeInitialisation({ places, settings, answer, wanted }));
    say('Krill is initialised');
  } else {
    // A Krill that never answers is for the health check to judge.
    await unless(
      wanted,
      awaitAnswer(() => answer('/health'), wanted),
    ).catch(() => undefined);
  }
  await rm(places.waiting, { force: true });
}

const saying: Readonly<Record<Task['as'], string>> = {
  run: 'starting Krill',
  initialise: 'initialising Krill',
  resume: "going on with Krill's initialisation, which died in its middle",
};

/** A test bed is not resumed at all; where going on has failed, too, it may help to start over. */
function unfinished(error: unknown, { as, settings }: Task): Refusal {
  const because = `its initialisation failed: ${error instanceof Error ? error.message : error}`;
  if (settings.krill.mode === 'testbed' || as === 'resume') {
    const todo = 'remove the cause and run "krillmanager init": it offers to start over';
    return new Unfinished(because, { todo, startOver: true });
  }
  const todo = 'remove the cause; it goes on by itself, and so does "krillmanager init"';
  return new Unfinished(because, { todo });
}
