import {
  type Converged,
  converge,
  type Desired,
  execute,
  type Ip,
  type KrillSettings,
  NodeErrors,
  type Observed,
  observe,
  type Plan,
  type Ports,
  preflight,
  type Release,
  servingSpec,
  usualSettings,
  volumeFor,
} from '@krillmanager/core';
import type { FakeWorld } from './fake-world.ts';

export interface Wish {
  readonly nodes: readonly [Ip, ...Ip[]];
  readonly krill: KrillSettings;
  readonly release: Release;
}

/** As `init` wishes for it; every run draws an id for the cluster, in case that it founds one. */
export function wishFor({ nodes, krill, release }: Wish, newClusterId: string): Desired {
  const settings = {
    domains: { krill: 'krill.lab', rrdp: 'rrdp.lab', rsync: 'rsync.lab' },
    krill,
    ...usualSettings,
    release: release.release,
    nodes,
  };
  return {
    self: nodes[0],
    nodes,
    settings,
    newClusterId,
    volume: volumeFor(nodes, settings.storage),
    release,
    serving: servingSpec(settings, release, (template, view) => JSON.stringify({ template, view })),
    managers: 3,
    slaveDeadlineSeconds: 120,
  };
}

export interface InitOptions {
  readonly ports: Ports;
  /** The run ends before the step of this number. */
  readonly interruptedAfter?: number;
  /** That of another command. */
  readonly plan?: (observed: Observed, desired: Desired) => Plan;
}

/** What the command does between its lock and its summary. */
export function runInit(
  world: FakeWorld,
  desired: Desired,
  { ports, interruptedAfter = Number.POSITIVE_INFINITY, plan }: InitOptions,
): Promise<Converged> {
  const { self, nodes } = desired;
  let done = 0;
  return converge({
    desired,
    ...(plan && { plan }),
    look: async () => observe({ ports, self, nodes, ownFacts: () => world.factsAt(self) }),
    check: (observed) => {
      const findings = preflight(observed, desired);
      if (findings.length > 0)
        throw new NodeErrors(`not ready: ${findings.map(String).join('; ')}`, findings);
    },
    run: (steps) =>
      execute(steps, {
        ports,
        desired,
        emit: ({ event }) => {
          if (event === 'done') done += 1;
        },
        interrupted: () => done >= interruptedAfter,
      }),
  });
}
