import {
  collectFacts,
  httpAgents,
  installedRelease,
  localStore,
  openMachine,
} from '@krillmanager/agent';
import {
  converge,
  type Desired,
  execute,
  NodeErrors,
  type Observed,
  observe,
  type Plan,
  type Ports,
  planInit,
  preflight,
  UserError,
} from '@krillmanager/core';
import type { InitOptions } from '../commands/init.ts';
import { desiredCluster } from './desired-cluster.ts';
import { initLog } from './init-log.ts';
import { ownClusterAddress } from './own-address.ts';
import { clusterNodes, parseSlaveIps, requireQuorum } from './parse-nodes.ts';
import { parseSeconds } from './parse-seconds.ts';
import { printPlan, printSummary } from './print-plan.ts';
import { readConfiguration } from './read-configuration.ts';
import { requireConsent } from './require-consent.ts';
import { takeLock } from './take-lock.ts';
import { waitForSlaves } from './wait-for-slaves.ts';
import { watchSteps } from './watch-steps.ts';

interface Undertaking {
  readonly options: InitOptions;
  readonly desired: Desired;
  readonly ports: Ports;
  readonly look: () => Promise<Observed>;
}

/** Observe, plan, print, execute, observe: the second plan must be empty. */
export async function initMaster(options: InitOptions): Promise<number> {
  const undertaking = await undertake(options);
  if (options.dryRun === true) {
    const observed = await undertaking.look();
    check(observed, undertaking.desired);
    printPlan(planInit(observed, undertaking.desired), options.json === true);
    return 0;
  }
  const lock = await takeLock();
  try {
    return await bringAbout(undertaking);
  } finally {
    await lock.release();
  }
}

async function undertake(options: InitOptions): Promise<Undertaking> {
  const machine = openMachine();
  const configuration = await readConfiguration(options.config);
  const slaves = options.slaveIps === undefined ? null : parseSlaveIps(options.slaveIps);
  const { settings: present } = await localStore(machine.local).recall();
  const known = slaves ?? present?.nodes ?? [];
  const peer = known.find((ip) => !machine.addresses().includes(ip));
  const self = await ownClusterAddress(options.advertise, peer, machine.addresses());
  const nodes = clusterNodes(self, slaves, present?.nodes ?? null);
  requireQuorum(nodes);
  const release = await installedRelease();
  const slaveDeadlineSeconds = parseSeconds('--wait-slaves', options.waitSlaves ?? '600');
  const ports: Ports = { ...machine, agents: httpAgents() };
  const look = async (): Promise<Observed> =>
    observe({ ports, self, nodes, localFacts: await collectFacts(machine, release.release) });
  const desired = desiredCluster({ self, nodes, configuration, release, slaveDeadlineSeconds });
  return { options, desired, ports, look };
}

async function bringAbout(undertaking: Undertaking): Promise<number> {
  const { options, desired, ports, look } = undertaking;
  const json = options.json === true;
  await waitForSlaves(desired, ports, (line) => process.stderr.write(`${line}\n`));
  const { done, left } = await converge({
    desired,
    look,
    check: (observed) => check(observed, desired),
    run: async (plan) => {
      if (!json) printPlan(plan, false, process.stderr);
      await requireConsent(plan, options);
      await run(plan, undertaking);
    },
  });
  requireEmpty(left);
  printSummary(desired, done, json);
  return 0;
}

function check(observed: Observed, desired: Desired): void {
  const findings = preflight(observed, desired);
  if (findings.length > 0)
    throw new NodeErrors('the servers are not ready; nothing was changed', findings);
}

async function run(plan: Plan, { options, desired, ports }: Undertaking): Promise<void> {
  const log = initLog();
  const watch = watchSteps(options.json === true, log);
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await execute(plan, { ports, desired, emit: watch.emit, interrupted: () => interrupted });
  } catch (error) {
    watch.end();
    process.stderr.write(`  details: ${log.file}\n`);
    throw error;
  }
  watch.end();
}

function requireEmpty(left: Plan): void {
  if (left.steps.length === 0) return;
  printPlan(left, false, process.stderr);
  throw new UserError(`${left.steps.length} steps are left over after all were done`, {
    hint: 'run the same command again; if they stay, see "krillmanager status"',
    exitCode: 5,
  });
}
