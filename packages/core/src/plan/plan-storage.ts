import type { Desired } from '../model/desired.ts';
import type { Ip } from '../model/ip.ts';
import type { Observed } from '../model/observed.ts';
import { isMember, isPooled, type VolumeState } from '../model/storage.ts';
import type { Step } from './step.ts';
import { isConnected } from './steps/node.ts';

/** The pool, then the volume on it, then its mount here. */
export function planStorage(observed: Observed, desired: Desired): readonly Step[] {
  return [...planPool(observed, desired), ...planVolume(observed, desired)];
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

function planVolume(observed: Observed, { volume }: Desired): readonly Step[] {
  const steps: Step[] = [];
  const found = observed.volume;
  const name = volume.name;
  if (found === null) steps.push({ kind: 'volume.create', volume });
  else if (Object.keys(differing(found, volume.options)).length > 0) {
    steps.push({ kind: 'volume.set', volume: name, options: differing(found, volume.options) });
  }
  if (found?.status !== 'started') {
    steps.push({ kind: 'volume.start', volume: name, bricks: volume.bricks.length });
  }
  if (!observed.mounted) steps.push({ kind: 'volume.mount', volume: name });
  return steps;
}

function differing(
  found: VolumeState,
  wanted: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, v]) => found.options[key] !== v));
}
