import { httpAgents } from '@krillmanager/agent';
import { type NodeStatus, parseIp, UserError } from '@krillmanager/core';
import { clusterStatus } from '../status/cluster-status.ts';
import { statusText } from '../status/print-status.ts';

/** Exit 0 when all is well, 1 when not. */
export async function statusCommand({ json }: { readonly json?: boolean }): Promise<number> {
  const agents = httpAgents();
  const status = await clusterStatus(await ownStatus(agents), agents);
  process.stdout.write(json === true ? `${JSON.stringify(status)}\n` : statusText(status));
  return status.ok ? 0 : 1;
}

async function ownStatus(agents: ReturnType<typeof httpAgents>): Promise<NodeStatus> {
  const own = await agents.status(parseIp('127.0.0.1'));
  if (own !== null) return own;
  throw new UserError('the agent of this server does not answer', {
    hint: 'run "krillmanager init" first, or see "journalctl -u krillmanager-agent"',
  });
}
