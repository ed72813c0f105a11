import { setTimeout as pause } from 'node:timers/promises';
import { httpAgents } from '@krillmanager/agent';
import { type Agents, type NodeStatus, parseIp, UserError } from '@krillmanager/core';
import { errorText } from '../render/report-error.ts';
import { type ClusterStatus, clusterStatus } from '../status/cluster-status.ts';
import { configurationDrift } from '../status/configuration-drift.ts';
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
  if (watch === true) {
    const before = process.stdout.isTTY && json !== true ? clearScreen : '';
    for await (const text of statusEvery(agents, show, () => pause(watchEveryMs))) {
      process.stdout.write(`${before}${text}`);
    }
  }
  const status = await statusNow(agents);
  process.stdout.write(show(status));
  return status.ok ? 0 : 1;
}

/** What is shown, again and again: an agent that does not answer is told, and asked again. */
export async function* statusEvery(
  agents: Agents,
  show: (status: ClusterStatus) => string,
  rest: () => Promise<unknown>,
): AsyncIterable<string> {
  for (;;) {
    yield await statusNow(agents).then(show, errorText);
    await rest();
  }
}

async function statusNow(agents: Agents): Promise<ClusterStatus> {
  const [status, configuration] = await Promise.all([
    ownStatus(agents).then((own) => clusterStatus(own, agents)),
    configurationDrift(),
  ]);
  return configuration === null ? status : { ...status, configuration };
}

async function ownStatus(agents: Agents): Promise<NodeStatus> {
  const own = await agents.status(parseIp('127.0.0.1'));
  if (own !== null) return own;
  throw new UserError('the agent of this server does not answer', {
    hint: 'run "krillmanager init" first, or see "krillmanager logs agent"',
  });
}
