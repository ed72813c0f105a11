import {
  collectFacts,
  httpAgents,
  installedRelease,
  type Machine,
  openMachine,
} from '@krillmanager/agent';
import { type Ip, type Observed, observe, type Ports } from '@krillmanager/core';
import { readJoinSecret } from '@krillmanager/host';
import type { InitOptions } from '../commands/init.ts';
import { clusterWish } from '../configuration/cluster-wish.ts';
import { presentSettings } from '../configuration/present-settings.ts';
import { bringAbout, foretell, type Undertaking } from './bring-about.ts';
import { desiredCluster } from './desired-cluster.ts';
import { ownClusterAddress } from './own-address.ts';
import {
  clusterNodes,
  otherNodes,
  parseSlaveIps,
  requireOneFamily,
  requireQuorum,
} from './parse-nodes.ts';
import { parseSeconds } from './parse-seconds.ts';
import { printPlan } from './print-plan.ts';
import { printSummary } from './print-summary.ts';
import { readRequests } from './read-requests.ts';
import { takeLock } from './take-lock.ts';
import { waitForSlaves } from './wait-for-slaves.ts';

/** The list given is the cluster wanted; no list on a formed cluster means the nodes it has. */
export async function initMaster(options: InitOptions): Promise<number> {
  const machine = openMachine();
  // What is wrong with the question needs no lock to be told.
  const foreseen = await undertake(options, machine);
  if (options.dryRun === true) {
    printPlan(await foretell(foreseen), foreseen.json);
    return 0;
  }
  const lock = await takeLock('krillmanager init', machine);
  try {
    // Again: who had the lock until now may have changed what is there.
    const undertaking = await undertake(options, machine);
    const { desired, ports, json } = undertaking;
    await waitForSlaves(desired, ports, (line) => process.stderr.write(`${line}\n`));
    const locked = {
      ...undertaking,
      ports: { ...ports, mount: lock.mount },
      ready: () => lock.renew(),
    };
    const done = await bringAbout(locked);
    printSummary(
      { desired, done, requests: await readRequests(desired.settings, ports.files) },
      json,
    );
    return 0;
  } finally {
    await lock.release();
  }
}

async function undertake(options: InitOptions, machine: Machine): Promise<Undertaking> {
  const slaveDeadlineSeconds = parseSeconds('--wait-slaves', options.waitSlaves ?? '600');
  const { settings: present } = await presentSettings(machine);
  const { slaveIps, advertise } = options;
  const addresses = machine.addresses();
  const told = slaveIps === undefined ? null : parseSlaveIps(slaveIps, addresses);
  const selfFor = (others: readonly Ip[]): Promise<Ip> =>
    ownClusterAddress(
      advertise,
      others.find((ip) => !addresses.includes(ip)),
      addresses,
    );
  const listed = told && [await selfFor(told), ...told];
  const wish = await clusterWish(options, machine, present, listed);
  const { services, given, restarts } = wish;
  const slaves = otherNodes(wish.nodes, addresses);
  const self = await selfFor(slaves ?? present?.nodes ?? []);
  const nodes = clusterNodes(self, slaves, present?.nodes ?? null);
  requireOneFamily(nodes);
  requireQuorum(nodes, services.storage);
  const release = await installedRelease();
  const secretFile = options.joinSecretFile;
  const joinSecret = secretFile === undefined ? undefined : await readJoinSecret(secretFile);
  const desired = desiredCluster({
    ...{ self, nodes, services, given, restarts, release, slaveDeadlineSeconds },
    stopped: present?.stopped === true,
    ...(joinSecret && { joinSecret }),
  });
  return { desired, ...eyesOf(machine, desired), json: options.json === true, consent: options };
}

/** The ports of this machine, and a look at all that concerns the cluster. */
export function eyesOf(
  machine: Machine,
  { self, nodes, settings }: Undertaking['desired'],
): Pick<Undertaking, 'ports' | 'look'> {
  const ports: Ports = { ...machine, agents: httpAgents() };
  const look = async (): Promise<Observed> =>
    observe({ ports, self, nodes, ownFacts: () => collectFacts(machine, settings.release) });
  return { ports, look };
}
