import { httpAgents, localStore, openMachine } from '@krillmanager/agent';
import { type Ip, paths } from '@krillmanager/core';
import { asRoot } from '@krillmanager/host';
import { type ConfirmOptions, confirm } from '../confirm.ts';
import { takeHere } from '../init/take-lock.ts';
import { requireUnwanted } from '../leave/still-wanted.ts';
import { type LeaveStep, leaveSteps } from '../leave/take-leave.ts';

export interface LeaveOptions extends ConfirmOptions {
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Takes this server out of whatever cluster, Swarm or half-finished joining it is in. */
export async function leaveCommand(options: LeaveOptions): Promise<number> {
  asRoot('krillmanager leave');
  const machine = openMachine();
  const { settings } = await localStore(machine.local).recall();
  const nodes = settings?.nodes ?? [];
  const self = nodes.find((ip) => machine.addresses().includes(ip)) ?? null;
  if (options.force !== true && self !== null) {
    await requireUnwanted({ self, nodes }, httpAgents());
  }
  const { dryRun = false, json = false } = options;
  const steps = leaveSteps(machine);
  if (dryRun) {
    process.stdout.write(json ? planOf(steps) : steps.map(({ what }) => `${what}\n`).join(''));
    return 0;
  }
  await confirm(severity(self), options);
  const lock = await takeHere('krillmanager leave');
  try {
    await takeLeave(steps, json);
  } finally {
    await lock.release();
  }
  process.stdout.write(json ? '{"left":true}\n' : left);
  return 0;
}

const planOf = (steps: readonly LeaveStep[]): string =>
  `${JSON.stringify({ version: 1, steps: steps.map(({ kind }) => ({ kind })) })}\n`;

const severity = (self: Ip | null) => ({
  what: `Leaving the cluster`,
  lost: [
    `${self ?? 'this server'} stops serving RRDP and rsync, and Krill if it runs here`,
    'it leaves its Docker Swarm, also when that costs the others their quorum',
    `what it serves and its memory of the cluster are deleted; ${paths.brick} stays as it is`,
  ],
  word: 'leave',
});

async function takeLeave(steps: readonly LeaveStep[], quiet: boolean): Promise<void> {
  for (const { what, run } of steps) {
    if (!quiet) process.stderr.write(`${what} …\n`);
    await run();
  }
}

const left = `This server belongs to no cluster any more.
  Its copy of the volume is left in ${paths.brick}: move it away before it joins another.
`;
