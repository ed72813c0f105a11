import type { Desired } from '../model/desired.ts';
import { hostName, type Ip } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import { type Brick, isMember, isPooled, type VolumeState } from '../model/storage.ts';
import { isBlind } from './blind.ts';
import { copyMoves } from './bricks.ts';
import { leavingNodes } from './leaving.ts';
import type { Step } from './step.ts';
import { isConnected } from './steps/node.ts';

/** Who may mount, the pool, then the volume on it, its mount here, and its copies. */
export function planStorage(observed: Observed, desired: Desired): readonly Step[] {
  return [
    ...planOptions(observed, desired),
    ...planPool(observed, desired),
    ...planVolume(observed, desired),
  ];
}

function planPool(observed: Observed, { self, nodes }: Desired): readonly Step[] {
  const { peers, volume } = observed;
  const others = nodes.filter((ip) => ip !== self);
  // Once the volume stands, a peer that is not connected is a node that is down, and no plan's matter.
  const missing = others.filter((ip) => !(volume ? isPooled : isMember)(peers, ip));
  const loose = volume ? missing : others.filter((ip) => isLoose(observed, ip, nodes));
  return [
    ...missing.map((peer): Step => ({ kind: 'pool.probe', peer })),
    ...loose.map((node): Step => ({ kind: 'peers.await', node, nodes })),
  ];
}

function isLoose(observed: Observed, ip: Ip, nodes: readonly Ip[]): boolean {
  const facts = observed.facts.get(ip);
  return facts === undefined || !isConnected(facts, ip, nodes);
}

function planVolume(observed: Observed, desired: Desired): readonly Step[] {
  const { volume } = desired;
  const found = observed.volume;
  const steps: Step[] = [];
  if (found === null) steps.push({ kind: 'volume.create', volume });
  if (found?.status !== 'started') {
    steps.push({ kind: 'volume.start', volume: volume.name, bricks: volume.bricks.length });
  }
  if (!observed.mounted) steps.push({ kind: 'volume.mount', volume: volume.name });
  // Who leaves is on the volume: no copy moves before it was read and the operator has agreed.
  if (found === null || isBlind(observed)) return steps;
  return [...steps, ...planBricks(found, observed, desired)];
}

/**
 * New copies first, and whole, before an old one goes: also when an earlier run added them and died
 * before they were. But a copy that is lost goes before them: what it
 * misses counts as not healed for as long as it is there, so that no wait for "whole" would end. It is
 * glusterd that says so: an agent that is silent has lost nothing.
 */
function planBricks(found: VolumeState, observed: Observed, desired: Desired): readonly Step[] {
  const volume = found.name;
  const { added, lost, spare } = copyMoves(found, observed, desired);
  const left = found.bricks.length - lost.length;
  const most = left + added.length;
  return [
    ...drop(volume, lost, found.bricks.length, desired),
    ...added.map((brick, at): Step => {
      return { kind: 'volume.addBrick', volume, brick, replica: left + at + 1 };
    }),
    ...(added.length + spare.length > 0
      ? [{ kind: 'volume.heal', volume, bricks: most, nodes: [...observed.facts.keys()] } as const]
      : []),
    ...drop(volume, spare, most, desired),
  ];
}

/** One after the other, from this many copies on. That a node goes is asked for where it is evicted. */
function drop(
  volume: string,
  bricks: readonly Brick[],
  copies: number,
  { nodes }: Desired,
): readonly Step[] {
  const stays = ({ host }: Brick): boolean => nodes.some((ip) => hostName(ip) === host);
  return bricks.map((brick, at): Step => {
    const step = { kind: 'volume.removeBrick', volume, brick, replica: copies - at - 1 } as const;
    return stays(brick) ? { ...step, destructive: true } : step;
  });
}

/**
 * Before a node is asked in it may mount, and until it has left it still may. One that is silent has
 * nothing to hand over, and could start again in the middle: it may no more from the first step on.
 */
function planOptions(observed: Observed, desired: Desired): readonly Step[] {
  if (observed.volume === null) return [];
  const { name, options } = desired.volume;
  // Whom an unread volume calls a member is not known, nor has anybody been asked for a consent.
  const parting = leavingNodes(observed, desired).filter(
    (ip) => observed.facts.has(ip) || isBlind(observed),
  );
  const allowed = options['auth.allow'];
  if (parting.length === 0 || allowed === undefined) return optionsToSet(observed, name, options);
  const also = parting.flatMap((ip) => [hostName(ip), ip]);
  const wider = { ...options, 'auth.allow': [allowed, ...also].join(',') };
  return optionsToSet(observed, name, wider);
}

/** One step, or none when the volume has them all. */
export function optionsToSet(
  { volume }: Observed,
  name: string,
  wanted: Readonly<Record<string, string>>,
): readonly Step[] {
  const differing = Object.entries(wanted).filter(([key, v]) => volume?.options[key] !== v);
  if (differing.length === 0) return [];
  return [{ kind: 'volume.set', volume: name, options: Object.fromEntries(differing) }];
}
