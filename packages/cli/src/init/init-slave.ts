import { httpAgents, openMachine } from '@krillmanager/agent';
import { agentUnit, parseIp, UserError, until } from '@krillmanager/core';
import type { InitOptions } from '../commands/init.ts';

const startMs = 30_000;

/** Makes this server ready to be recruited: its agent runs, now and at every boot. */
export async function initSlave({ dryRun, json }: InitOptions): Promise<number> {
  const { units, clock, local } = openMachine();
  const plan = { version: 1, steps: [{ kind: 'agent.enable' }] };
  if (dryRun === true) {
    process.stdout.write(json === true ? `${JSON.stringify(plan)}\n` : `start ${agentUnit}\n`);
    return 0;
  }
  await refuseMaster(local);
  await units.enable(agentUnit);
  const agents = httpAgents();
  await until(async () => (await agents.facts(parseIp('127.0.0.1'))) !== null, {
    clock,
    withinMs: startMs,
    what: 'our agent to answer',
    hint: `see "journalctl -u ${agentUnit}"`,
  });
  process.stdout.write(json === true ? '{"initialized":true}\n' : 'Slave initialized\n');
  return 0;
}

/** A member stays what it is: it is the master's list that says who belongs to the cluster. */
async function refuseMaster(local: ReturnType<typeof openMachine>['local']): Promise<void> {
  const text = await local.read('/var/lib/krillmanager/local/settings.json');
  if (text === null) return;
  throw new UserError('this server is already a member of a cluster', {
    hint: 'see "krillmanager status"',
  });
}
