import { type Machine, openMachine } from '@krillmanager/agent';
import { agentUnit, UserError } from '@krillmanager/core';
import { runThrough } from '@krillmanager/host';
import { asRoot } from './as-root.ts';

export interface LogsOptions {
  readonly follow?: boolean;
  readonly tail?: string;
}

export const logSources = ['krill', 'nginx', 'rsyncd', 'krillsync', 'agent'] as const;

/** What a service of this server has logged: standard output and error as it wrote them. */
export async function logsCommand(
  source: string | undefined,
  { follow = false, tail: lines }: LogsOptions,
): Promise<number> {
  if (!logSources.some((known) => known === source)) {
    throw new UserError(`there is no service "${source}"`, {
      hint: `one of ${logSources.join(', ')}: krillmanager logs nginx`,
      exitCode: 2,
    });
  }
  const tail = lines === undefined ? null : parseTail(lines);
  asRoot('krillmanager logs');
  if (source === 'agent') return runThrough(journalArgv(follow, tail));
  const machine = openMachine();
  const id = await containerOf(machine, source ?? '');
  await machine.readLog(
    id,
    { follow, tail },
    {
      stdout: (chunk) => process.stdout.write(chunk),
      stderr: (chunk) => process.stderr.write(chunk),
    },
  );
  return 0;
}

/** @throws UserError (usage) unless the text is a number of lines. */
function parseTail(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new UserError(`--tail=${text} is not a number of lines`, {
    hint: 'write a whole number: --tail=20',
    exitCode: 2,
  });
}

/** `cat`: the agent's own JSON lines, as the others have theirs. */
const journalArgv = (follow: boolean, tail: number | null) =>
  [
    ...(['journalctl', '--no-pager', '--output=cat', `--unit=${agentUnit}`] as const),
    ...(follow ? ['--follow'] : []),
    `--lines=${tail ?? 'all'}`,
  ] as const;

async function containerOf({ containers }: Machine, name: string): Promise<string> {
  const all = [...(await containers.list()), ...(await containers.singletons())];
  const found = all.find((container) => container.name === name);
  if (found !== undefined) return found.id;
  throw new UserError(`${name} does not run on this server`, {
    hint: `"krillmanager status" tells where it does: run "krillmanager logs ${name}" there`,
  });
}
