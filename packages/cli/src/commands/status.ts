import { setTimeout as pause } from 'node:timers/promises';
import { httpAgents } from '@krillmanager/agent';
import { type Agents, type NodeStatus, parseIp, UserError } from '@krillmanager/core';
import { errorText } from '../render/report-error.ts';
import { type ClusterStatus, clusterStatus } from '../status/cluster-status.ts';
import { statusText } from '../status/print-status.ts';

export interface StatusOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
}

const watchEveryMs = 2000;
const clearScreen = '\u001b[H\u001b[2J';

/** Exit 0 when all is well, 1 when not; with --watch it goes on until it is interrupted. */
export async function statusCommand({ json, watch }: StatusOptions): Promise<number> {
  const agents = httpAgents();
  const show = (status: ClusterStatus): string =>
    json === true ? `${JSON.stringify(status)}\n` : statusText(status);
  if (watch === true) return watchStatus(agents, show, json === true);
  const status = await clusterStatus(await ownStatus(agents), agents);
  process.stdout.write(show(status));
  return status.ok ? 0 : 1;
}

async function watchStatus(
  agents: Agents,
  show: (status: ClusterStatus) => string,
  json: boolean,
): Promise<never> {
  const before = process.stdout.isTTY && !json ? clearScreen : '';
  for (;;) {
    const text = await ownStatus(agents)
      .then((own) => clusterStatus(own, agents))
      .then(show, errorText);
    process.stdout.write(`${before}${text}`);
    await pause(watchEveryMs);
  }
}

async function ownStatus(agents: Agents): Promise<NodeStatus> {
  const own = await agents.status(parseIp('127.0.0.1'));
  if (own !== null) return own;
  throw new UserError('the agent of this server does not answer', {
    hint: 'run "krillmanager init" first, or see "krillmanager logs agent"',
  });
}
