import { hostName, type Ip } from '../model/ip.ts';
import type { ServiceSettings, StorageSettings } from '../model/settings.ts';
import type { VolumeSpec } from '../model/storage.ts';
import { paths, volumeName } from '../paths.ts';
import { volumeOptions } from '../policy.ts';

/**
 * How many copies there are. Never an even number above two: with one the first brick decides when
 * half of them are lost, while the Swarm's majority may sit on the other side.
 */
export function copiesFor({ replicas }: StorageSettings, nodes: number): number {
  const most = replicas === 'all' ? nodes : Math.min(replicas, nodes);
  return most > 2 && most % 2 === 0 ? most - 1 : most;
}

/** Three managers survive the loss of one, five of two; with two nodes the first decides alone. */
export function managersFor({ managers }: Pick<ServiceSettings, 'managers'>, nodes: number) {
  if (nodes < 3) return 1;
  return managers ?? (nodes >= 7 ? 5 : 3);
}

/** The volume of a cluster of these nodes: the copies on the first of them, an arbiter last. */
export function volumeFor(nodes: readonly Ip[], storage: StorageSettings): VolumeSpec {
  const { arbiter } = storage;
  const replica = copiesFor(storage, nodes.length);
  const whole = nodes.filter((ip) => ip !== arbiter);
  const holders =
    arbiter === undefined ? nodes.slice(0, replica) : [...whole.slice(0, replica - 1), arbiter];
  return {
    name: volumeName,
    bricks: holders.map((ip) => ({ host: hostName(ip), path: paths.brick })),
    replica,
    ...(arbiter !== undefined && { arbiter: true }),
    options: optionsFor(nodes),
  };
}

/**
 * Nobody else may mount. Names and addresses both: with addresses alone a peer that is probed later
 * ends up rejected.
 */
const optionsFor = (nodes: readonly Ip[]): Readonly<Record<string, string>> => ({
  ...volumeOptions,
  'auth.allow': nodes.flatMap((ip) => [hostName(ip), ip]).join(','),
});
