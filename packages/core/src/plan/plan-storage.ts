import type { Desired } from '../model/desired.ts';
import type { Observed } from '../model/observed.ts';
import { isMember, type VolumeState } from '../model/storage.ts';
import type { Step } from './step.ts';

/** The pool, then the volume on it, then its mount here. */
export function planStorage(observed: Observed, desired: Desired): readonly Step[] {
  return [...planPool(observed, desired), ...planVolume(observed, desired)];
}

function planPool(observed: Observed, { self, nodes }: Desired): readonly Step[] {
  const others = nodes.filter((ip) => ip !== self);
  const missing = others.filter((ip) => !isMember(observed.peers, ip));
  const unnamed = others.filter((ip) => !knowsAll(observed, ip, nodes));
  return [
    ...missing.map((peer): Step => ({ kind: 'pool.probe', peer })),
    ...unnamed.map((node): Step => ({ kind: 'names.await', node, nodes })),
  ];
}

/** A node that does not answer is not waited for once the volume stands: it may just be down. */
function knowsAll(observed: Observed, ip: Desired['self'], nodes: Desired['nodes']): boolean {
  const facts = observed.facts.get(ip);
  if (facts === undefined) return observed.volume !== null;
  return nodes.every((node) => facts.named.includes(node));
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
