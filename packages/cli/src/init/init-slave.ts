import { httpAgents, localStore, type Machine, openMachine, writeTerms } from '@krillmanager/agent';
import {
  type Agents,
  agentUnit,
  type Clock,
  type Ip,
  isIp,
  isNodeAddress,
  parseIp,
  type Secret,
  UserError,
  until,
  usualSettings,
} from '@krillmanager/core';
import {
  applyClusterPorts,
  planClusterPorts,
  readJoinSecret,
  writeFirewallRecord,
} from '@krillmanager/host';
import type { InitOptions } from '../commands/init.ts';
import { parseSeconds } from './parse-seconds.ts';

const startMs = 30_000;

interface SlaveWish {
  readonly master: Ip | null;
  readonly secret: Secret | null;
  /** Until it is a member; null: not at all. */
  readonly waitSeconds: number | null;
}

/** Makes this server ready to be recruited: its agent runs, now and at every boot. */
export async function initSlave(options: InitOptions): Promise<number> {
  const machine = openMachine();
  const wish = await wishOf(options);
  await refuseMember(machine);
  if (options.dryRun === true) {
    const steps = stepsOf(wish).map(([kind]) => ({ kind }));
    const lines = stepsOf(wish).map(([, line]) => `${line}\n`);
    const plan = `${JSON.stringify({ version: 1, steps })}\n`;
    process.stdout.write(options.json === true ? plan : lines.join(''));
    return 0;
  }
  if (wish.master !== null) await closeToOthers(wish.master, machine);
  await writeTerms(machine.local, wish);
  await startAgent(machine);
  const { json = false } = options;
  process.stdout.write(json ? '{"initialized":true}\n' : 'Slave initialized\n');
  if (wish.waitSeconds === null) return 0;
  if (!json) process.stderr.write('Waiting for the master to take this server in …\n');
  await awaitMembership({ ...machine, agents: httpAgents() }, wish.waitSeconds);
  process.stdout.write(json ? '{"member":true}\n' : 'Member of the cluster\n');
  return 0;
}

const wishOf = async ({ master, joinSecretFile, wait }: InitOptions): Promise<SlaveWish> => ({
  master: master === undefined ? null : parseMaster(master),
  secret: joinSecretFile === undefined ? null : await readJoinSecret(joinSecretFile),
  waitSeconds: wait === undefined ? null : parseSeconds('--wait', wait),
});

/** @throws UserError (usage) for what is not the address of another server. */
export function parseMaster(text: string): Ip {
  if (isNodeAddress(text)) return parseIp(text);
  const what = isIp(text) ? 'the address of a server' : 'an address';
  throw new UserError(`--master: "${text}" is not ${what}`, {
    hint: 'write the address by which the master reaches this server: --master=10.0.0.1',
    exitCode: 2,
  });
}

const stepsOf = ({ master, secret }: SlaveWish): readonly (readonly [string, string])[] => [
  ...(master === null
    ? []
    : [['firewall.open', `open the ports of the cluster to ${master} only`] as const]),
  ...(master === null && secret === null
    ? []
    : [['recruit.terms', 'keep by whom this server lets itself be taken in'] as const]),
  ['agent.enable', `start ${agentUnit}`],
];

/** A member stays what it is: it is the master's list that says who belongs to the cluster. */
async function refuseMember({ local }: Machine): Promise<void> {
  if ((await localStore(local).recall()).settings === null) return;
  throw new UserError('this server is already a member of a cluster', {
    hint: 'see "krillmanager status"',
  });
}

async function closeToOthers(master: Ip, { local }: Machine): Promise<void> {
  const scope = [master];
  const wish = { ports: usualSettings.ports, gone: [] };
  await applyClusterPorts(await planClusterPorts(scope, wish));
  await writeFirewallRecord(local, { scope, keepOpen: false });
}

async function startAgent({ units, clock }: Machine): Promise<void> {
  await units.enable(agentUnit);
  const agents = httpAgents();
  await until(async () => (await agents.facts(parseIp('127.0.0.1'))) !== null, {
    clock,
    withinMs: startMs,
    what: 'our agent to answer',
    hint: `see "journalctl -u ${agentUnit}"`,
  });
}

/** @throws UserError (exit 5) when nobody takes it in in time */
export async function awaitMembership(
  { clock, agents }: { readonly clock: Clock; readonly agents: Pick<Agents, 'status'> },
  seconds: number,
): Promise<void> {
  const isMember = async (): Promise<boolean> =>
    (await agents.status(parseIp('127.0.0.1')))?.serving.healthy === true;
  await until(isMember, {
    clock,
    withinMs: seconds * 1000,
    everyMs: 1000,
    what: 'the master to take this server in',
    hint: 'run "krillmanager init" on the master, with this server in the list',
  });
}
