import { httpAgents, type Machine, openMachine } from '@krillmanager/agent';
import {
  type Agents,
  describeHeldUpdate,
  type HeldUpdate,
  type Ip,
  type NodeStatus,
  onVolume,
  parseIp,
  UserError,
  until,
} from '@krillmanager/core';
import { asRoot } from '@krillmanager/host';
import { type HeldTogether, heldTogether } from '../accept/held-together.ts';
import { type ConfirmOptions, confirm } from '../confirm.ts';

export interface AcceptOptions extends ConfirmOptions {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const shownWithinMs = 60_000;
const shownPoints = 20;

/** Lets through, on all nodes, what krillsync holds back because it would remove much. */
export async function acceptCommand(options: AcceptOptions): Promise<number> {
  asRoot('krillmanager accept');
  const { json = false } = options;
  const agents = httpAgents();
  const held = heldTogether(await askAll(agents));
  if (held === null) return say(json, { accepted: false, held: null }, 'Nothing is held.');
  const lost = linesOf(held);
  if (options.dryRun === true) {
    return say(json, { accepted: false, held: held.update }, lost.join('\n'));
  }
  await confirm({ what: 'To let this update through', lost, word: 'accept' }, options);
  const machine = openMachine();
  await accept(machine, held.update);
  await isShown(machine, agents, held.update);
  return say(json, { accepted: true, held: held.update }, 'Let through: all nodes show it.');
}

async function askAll(agents: Agents): Promise<ReadonlyMap<Ip, NodeStatus | null>> {
  const own = await agents.status(parseIp('127.0.0.1'));
  if (own === null) {
    throw new UserError('the agent of this server does not answer', {
      hint: 'run "krillmanager init" first, or see "krillmanager logs agent"',
    });
  }
  return new Map(
    await Promise.all(own.nodes.map(async (ip) => [ip, await agents.status(ip)] as const)),
  );
}

const linesOf = ({ update, nodes }: HeldTogether): readonly string[] => [
  `${describeHeldUpdate(update)} (held on ${nodes.join(', ')})`,
  ...update.points.slice(0, shownPoints).map((point) => `all objects of ${point}`),
];

/** krillsync on every node looks for it once a second. */
const accept = ({ files }: Machine, update: HeldUpdate): Promise<void> =>
  files.write(onVolume.accepted, JSON.stringify(update), { mode: 0o644, uid: 0, gid: 0 });

async function isShown({ clock }: Machine, agents: Agents, { serial }: HeldUpdate): Promise<void> {
  await until(async () => heldTogether(await askAll(agents)) === null, {
    clock,
    withinMs: shownWithinMs,
    everyMs: 1000,
    what: `all nodes to show serial ${serial} or a later one`,
    hint: 'see "krillmanager status": an update that removes still more is held anew',
  });
}

function say(json: boolean, result: object, text: string): number {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${text}\n`);
  return 0;
}
