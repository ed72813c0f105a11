import { randomUUID } from 'node:crypto';
import type { InstalledRelease } from '@krillmanager/agent';
import {
  type ClusterSettings,
  type Desired,
  hostName,
  type Ip,
  paths,
  type ServiceSettings,
  servingSpec,
  volumeName,
  volumeOptions,
} from '@krillmanager/core';
import { templateRenderer } from '@krillmanager/host';
import type { GivenFiles } from '../configuration/given-files.ts';

export interface Wish {
  readonly self: Ip;
  readonly nodes: readonly Ip[];
  readonly services: ServiceSettings;
  /** A cluster that was stopped stays so until `start`. */
  readonly stopped: boolean;
  readonly restarts: ClusterSettings['restarts'];
  readonly given: GivenFiles;
  readonly release: InstalledRelease;
  readonly slaveDeadlineSeconds: number;
}

/** More copies make every write slower: three are kept from three nodes on. */
const copies = 3;

/** Three managers survive the loss of one, five of two. */
const managersFor = (nodes: number): number => (nodes >= 7 ? 5 : nodes >= 3 ? 3 : 1);

/**
 * Nobody else may mount. Names and addresses both: with addresses alone a peer that is probed later
 * ends up rejected.
 */
const optionsFor = (nodes: readonly Ip[]): Readonly<Record<string, string>> => ({
  ...volumeOptions,
  'auth.allow': nodes.flatMap((ip) => [hostName(ip), ip]).join(','),
});

/** What the configuration and the list of nodes ask for. */
export function desiredCluster(wish: Wish): Desired {
  const { self, nodes, services, stopped, restarts, given, release, slaveDeadlineSeconds } = wish;
  const settings: ClusterSettings = {
    ...services,
    ...(stopped && { stopped }),
    ...(restarts && { restarts }),
    release: release.release,
    nodes,
  };
  const bricks = nodes.slice(0, copies).map((ip) => ({ host: hostName(ip), path: paths.brick }));
  const render = templateRenderer(release.templates);
  return {
    self,
    nodes,
    settings,
    newClusterId: randomUUID(),
    volume: { name: volumeName, bricks, replica: bricks.length, options: optionsFor(nodes) },
    release,
    serving: servingSpec(settings, release, render),
    managers: managersFor(nodes.length),
    slaveDeadlineSeconds,
    ...given,
  };
}
