import { installedRelease, type Machine, openMachine } from '@krillmanager/agent';
import {
  type ClusterSettings,
  type Part,
  planRunning,
  UserError,
  withRestarted,
} from '@krillmanager/core';
import { asRoot } from '@krillmanager/host';
import { bringAbout, foretell, type Undertaking } from '../init/bring-about.ts';
import { eyesOf } from '../init/init-master.ts';
import { printPlan } from '../init/print-plan.ts';
import { takeLock } from '../init/take-lock.ts';
import { runningDesired } from '../running/running-desired.ts';

export interface RunningOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Starts what `stop` stopped, by the settings of the last `init`. */
export const startCommand = (options: RunningOptions): Promise<number> =>
  change('start', options, ({ stopped: _, ...settings }) => settings, 'Started.');

/** Clients are refused and Krill does not run, on every node and after every boot, until `start`. */
export const stopCommand = (options: RunningOptions): Promise<number> =>
  change('stop', options, (settings) => ({ ...settings, stopped: true }), 'Stopped.');

export const parts: readonly Part[] = ['krill', 'nginx', 'rsyncd', 'krillsync'];

/** One part, or all: node by node, each waited for. */
export function restartCommand(part: string | undefined, options: RunningOptions): Promise<number> {
  const wanted = part === undefined ? parts : parts.filter((name) => name === part);
  if (wanted.length === 0) {
    throw new UserError(`there is no service "${part}"`, {
      hint: `restart ${parts.join(', ')}, or all of them without a name`,
      exitCode: 2,
    });
  }
  return change('restart', options, (settings) => restarted(settings, wanted), 'Restarted.');
}

function restarted(settings: ClusterSettings, wanted: readonly Part[]): ClusterSettings {
  if (!settings.stopped) return withRestarted(settings, wanted);
  throw new UserError('the cluster is stopped', { hint: 'run "krillmanager start"' });
}

async function change(
  command: string,
  options: RunningOptions,
  changed: (settings: ClusterSettings) => ClusterSettings,
  done: string,
): Promise<number> {
  asRoot(`krillmanager ${command}`);
  const machine = openMachine();
  const foreseen = await undertake(machine, changed, options);
  if (options.dryRun === true) {
    printPlan(await foretell(foreseen), foreseen.json);
    return 0;
  }
  const lock = await takeLock(`krillmanager ${command}`, machine);
  try {
    // Again: who had the lock until now may have changed what is there.
    const undertaking = await undertake(machine, changed, options);
    const steps = await bringAbout({ ...undertaking, ready: () => lock.renew() });
    const finished = JSON.stringify({ event: 'finished', ok: true, steps });
    process.stdout.write(undertaking.json ? `${finished}\n` : `${done}\n`);
    return 0;
  } finally {
    await lock.release();
  }
}

async function undertake(
  machine: Machine,
  changed: (settings: ClusterSettings) => ClusterSettings,
  { json = false }: RunningOptions,
): Promise<Undertaking> {
  const desired = await runningDesired(machine, changed, await installedRelease());
  return { desired, ...eyesOf(machine, desired), json, consent: {}, plan: planRunning };
}
