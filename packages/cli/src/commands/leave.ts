import { httpAgents, localStore, type Machine, openMachine } from '@krillmanager/agent';
import { type Ip, paths } from '@krillmanager/core';
import { type ConfirmOptions, confirm } from '../confirm.ts';
import { takeHere } from '../init/take-lock.ts';
import { requireUnwanted } from '../leave/still-wanted.ts';
import { leaveSteps } from '../leave/take-leave.ts';
import { asRoot } from './as-root.ts';

export interface LeaveOptions extends ConfirmOptions {
  readonly force?: boolean;
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
  await confirm(severity(self), options);
  const lock = await takeHere('krillmanager leave');
  try {
    await takeLeave(machine);
  } finally {
    await lock.release();
  }
  return 0;
}

const severity = (self: Ip | null) => ({
  what: `Leaving the cluster`,
  lost: [
    `${self ?? 'this server'} stops serving RRDP and rsync, and Krill if it runs here`,
    'it leaves its Docker Swarm, also when that costs the others their quorum',
    `what it serves and its memory of the cluster are deleted; ${paths.brick} stays as it is`,
  ],
  word: 'leave',
});

async function takeLeave(machine: Machine): Promise<void> {
  for (const [what, step] of leaveSteps(machine)) {
    process.stderr.write(`${what} …\n`);
    await step();
  }
  process.stdout.write(
    `This server belongs to no cluster any more.\n  Its copy of the volume is left in ${paths.brick}: move it away before it joins another.\n`,
  );
}
