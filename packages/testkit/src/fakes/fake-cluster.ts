import type { Ip } from '@krillmanager/core';
import { FakeClock } from './fake-clock.ts';
import { FakeContainers } from './fake-containers.ts';
import { FakeHost } from './fake-host.ts';
import { FakeStoragePool } from './fake-storage-pool.ts';
import { FakeSwarm } from './fake-swarm.ts';
import { PoolWorld } from './pool-world.ts';
import { SwarmWorld } from './swarm-world.ts';

/** One machine as a program on it sees it. */
export interface FakeMachine {
  readonly ip: Ip;
  readonly host: FakeHost;
  readonly swarm: FakeSwarm;
  readonly containers: FakeContainers;
  readonly pool: FakeStoragePool;
}

/** Machines with fresh daemons that can reach each other, in memory and in a time of their own. */
export class FakeCluster {
  readonly clock: FakeClock;
  readonly swarms: SwarmWorld;
  readonly pools: PoolWorld;
  readonly #machines: ReadonlyMap<Ip, FakeMachine>;

  constructor(ips: readonly Ip[], clock = new FakeClock()) {
    this.clock = clock;
    const hosts = new Map(ips.map((ip) => [ip, new FakeHost(ip, clock)]));
    const swarms = new SwarmWorld(hosts);
    const pools = new PoolWorld(hosts);
    this.swarms = swarms;
    this.pools = pools;
    const machine = (host: FakeHost): FakeMachine => ({
      ip: host.ip,
      host,
      swarm: new FakeSwarm(swarms, host.ip),
      containers: new FakeContainers(host, () => swarms.runningOn(host.ip)),
      pool: new FakeStoragePool(pools, host.ip),
    });
    this.#machines = new Map([...hosts].map(([ip, host]) => [ip, machine(host)]));
  }

  get machines(): readonly FakeMachine[] {
    return [...this.#machines.values()];
  }

  at(ip: Ip): FakeMachine {
    const machine = this.#machines.get(ip);
    if (!machine) throw new Error(`${ip} is no machine of this fake`);
    return machine;
  }
}
