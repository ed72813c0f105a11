import type { KrillSettings, Release } from '@krillmanager/core';
import { type Ip, onVolume, parseIp } from '@krillmanager/core';
import { across, type Crossing, changes } from './crossing.ts';
import { FakeWorld } from './fake-world.ts';
import { runInit, wishFor } from './run-init.ts';

export const release: Release = {
  version: '1.0.0',
  release: '1.0.0-0123456789ab',
  images: { krill: 'krill:1', nginx: 'nginx:1', rsyncd: 'rsyncd:1', krillsync: 'krillsync:1' },
  krillVersion: '0.16.1',
};

/**
 * How a run of `init` ends before its time: at a call of a port that changes something (from 1), or
 * cleanly between two steps.
 */
type End =
  | { readonly dies: 'before' | 'after'; readonly change: number }
  | { readonly interruptedAfter: number };

export interface Trouble {
  readonly end: End;
  /** From this run to the next, milliseconds. */
  readonly restMs: number;
  /** Then a node loses its power for a second: its place in the list, or null. */
  readonly reboots: number | null;
}

export interface Fate {
  readonly nodes: number;
  readonly krill: KrillSettings;
  /** Of one run after the other; the last run, which is not among them, meets none. */
  readonly troubles: readonly Trouble[];
  /** Half a second passes at every so many calls of `init`, besides when it sleeps. */
  readonly agentsActEvery: number;
  /** After how many calls of all agents together one of them dies, again and again. */
  readonly agentDeaths: readonly number[];
}

class Death extends Error {}

/** Fresh servers: the agents of the slaves run, as "krillmanager --slave=1 init" leaves them. */
export function freshWorld({ nodes }: Pick<Fate, 'nodes'>): FakeWorld {
  const world = new FakeWorld(addresses(nodes), release);
  for (const slave of world.nodes.slice(1)) slave.agentActive = true;
  return world;
}

export const addresses = (nodes: number): readonly [Ip, ...Ip[]] => [
  parseIp('10.55.0.1'),
  ...Array.from({ length: nodes - 1 }, (_, at) => parseIp(`10.55.0.${at + 2}`)),
];

/** Runs `init` as often as its fate wants it to fail. @throws Error when it fails by itself. */
export async function meetFate(world: FakeWorld, fate: Fate): Promise<void> {
  world.interposed = dyingAgents(fate.agentDeaths);
  for (const [run, { end, restMs, reboots }] of fate.troubles.entries()) {
    const crossing = mortal(world, 'dies' in end ? end : null, fate.agentsActEvery);
    const interruptedAfter = 'dies' in end ? Number.POSITIVE_INFINITY : end.interruptedAfter;
    await initOnce(world, fate, { run, crossing, interruptedAfter }).catch(expected);
    await world.pass(restMs);
    if (reboots !== null) await reboot(world, reboots);
  }
  world.interposed = (ports) => ports;
}

/** Not in the middle of a test bed's initialisation: that cannot be resumed, and says so. */
async function reboot(world: FakeWorld, at: number): Promise<void> {
  const node = world.nodes[at];
  const krill = node?.mount.tree?.json<{ state: string; mode: string }>(onVolume.krillState);
  const delicate = krill?.state === 'initialising' && krill.mode === 'testbed';
  if (node === undefined || delicate) return;
  node.machine.host.powerOff();
  await world.pass(1000);
  node.machine.host.powerOn();
}

export interface Run {
  readonly run: number;
  readonly crossing: Crossing;
  readonly interruptedAfter?: number;
}

export function initOnce(
  world: FakeWorld,
  { nodes, krill }: Pick<Fate, 'nodes' | 'krill'>,
  { run, crossing, interruptedAfter = Number.POSITIVE_INFINITY }: Run,
) {
  const wish = { nodes: addresses(nodes), krill, release };
  const ports = across(world.portsAt(wish.nodes[0]), crossing);
  return runInit(world, wishFor(wish, `drawn-by-run-${run}`), { ports, interruptedAfter });
}

/** The process is gone for good from that call on. */
function mortal(
  world: FakeWorld,
  end: { readonly dies: 'before' | 'after'; readonly change: number } | null,
  agentsActEvery: number,
): Crossing {
  let [calls, changed] = [0, 0];
  let dead = false;
  const die = (): never => {
    dead = true;
    throw new Death('the process died');
  };
  return async (call, through) => {
    calls += 1;
    changed += changes(call) ? 1 : 0;
    const fatal = changes(call) && changed === end?.change;
    if (calls % agentsActEvery === 0) await world.pass(500);
    if (dead || (fatal && end?.dies === 'before')) die();
    const answer = await through();
    return fatal ? die() : answer;
  };
}

/** At some calls an agent throws, by turns before and after the call had its effect. */
function dyingAgents(distances: readonly number[]): FakeWorld['interposed'] {
  const left = [...distances];
  let until = left.shift();
  const dies = (): boolean => {
    until = until === undefined ? undefined : until - 1;
    if (until !== 0) return false;
    until = left.shift();
    return true;
  };
  const crossing: Crossing = async (_call, through) => {
    const fatal = dies();
    if (fatal && left.length % 2 === 0) throw new Death('an agent died');
    const answer = await through();
    if (fatal) throw new Death('an agent died');
    return answer;
  };
  return (ports) => across(ports, crossing);
}

function expected(error: unknown): void {
  if (error instanceof Death) return;
  if (!(error instanceof Error)) throw error;
  if (error.message.startsWith('interrupted before step')) return;
  if (error.cause === undefined) throw error;
  expected(error.cause);
}
