import { randomUUID } from 'node:crypto';
import type { InstalledRelease } from '@krillmanager/agent';
import {
  type ClusterSettings,
  type Desired,
  type Ip,
  managersFor,
  type Secret,
  type ServiceSettings,
  servingSpec,
  volumeFor,
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
  readonly joinSecret?: Secret;
}

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
  const render = templateRenderer(release.templates);
  return {
    self,
    nodes,
    settings,
    newClusterId: randomUUID(),
    volume: volumeFor(nodes, services.storage),
    release,
    serving: servingSpec(settings, release, render),
    managers: managersFor(services, nodes.length),
    slaveDeadlineSeconds,
    ...given,
    ...(wish.joinSecret && { joinSecret: wish.joinSecret }),
  };
}
