import type { NodePorts } from '@krillmanager/agent/logic';
import {
  type Agents,
  agentUnit,
  type Certificates,
  type Ip,
  type NodeFacts,
  type Ports,
  type Release,
  Secret,
  type Units,
} from '@krillmanager/core';
import { FakeCluster } from '../fakes/fake-cluster.ts';
import { fakeCertificates } from './fake-certificates.ts';
import { FakeKrill } from './fake-krill.ts';
import { VolumeTrees } from './fake-mount.ts';
import { SimulatedNode } from './simulated-node.ts';

/**
 * Machines with our package whose agents act whenever the time passes, and a Krill where Swarm
 * puts it: everything that `init` meets, in memory.
 */
export class FakeWorld {
  readonly cluster: FakeCluster;
  readonly nodes: readonly SimulatedNode[];
  readonly krill = new FakeKrill();
  readonly #certificates: Certificates;
  /** What stands between an agent and its machine; nothing unless told. */
  interposed: (ports: NodePorts) => NodePorts = (ports) => ports;
  #tokens = 0;

  constructor(ips: readonly Ip[], release: Release) {
    this.cluster = new FakeCluster(ips);
    this.#certificates = fakeCertificates(this.cluster.clock);
    const trees = new VolumeTrees();
    const { cluster } = this;
    this.nodes = cluster.machines.map(
      (machine) => new SimulatedNode(machine, cluster, trees, release),
    );
  }

  at(ip: Ip): SimulatedNode {
    const node = this.nodes.find(({ machine }) => machine.ip === ip);
    if (!node) throw new Error(`${ip} is no node of this world`);
    return node;
  }

  /** Time passes, then every agent looks and acts once, and Krill goes on. */
  async pass(ms: number): Promise<void> {
    await this.cluster.clock.sleep(ms);
    for (const node of this.nodes) await node.act(this.interposed);
    for (const { machine, mount } of this.nodes) {
      for (const service of this.cluster.swarms.runningOn(machine.ip)) {
        this.krill.run(service, mount.tree, this.cluster.clock.now());
      }
    }
  }

  /** What a program on a node acts through. */
  portsAt(ip: Ip): Ports {
    const node = this.at(ip);
    const { swarm, pool } = node.machine;
    const { clock } = this.cluster;
    return {
      swarm,
      pool,
      mount: node.mount,
      files: node.files,
      names: node.names,
      units: this.#unitsOf(node),
      agents: this.#agents,
      certificates: this.#certificates,
      clock: { now: () => clock.now(), sleep: (ms) => this.pass(ms) },
      seal: (secret, text) => `${secret.reveal()} sealed ${text}`,
      randomToken: () => {
        this.#tokens += 1;
        return new Secret(`random ${this.#tokens}`);
      },
    };
  }

  factsAt(ip: Ip): Promise<NodeFacts> {
    return this.at(ip).facts();
  }

  #unitsOf(node: SimulatedNode): Units {
    const set = (active: boolean) => async (unit: string) => {
      if (unit === agentUnit) node.agentActive = active;
    };
    return {
      isActive: async (unit) => unit === agentUnit && node.agentActive,
      enable: set(true),
      restart: set(true),
      disable: set(false),
    };
  }

  get #agents(): Agents {
    const running = (ip: Ip): SimulatedNode | null => {
      const node = this.at(ip);
      return node.machine.host.up && node.agentActive ? node : null;
    };
    return {
      facts: async (ip) => (await running(ip)?.facts()) ?? null,
      recruit: async (ip) => (await running(ip)?.facts()) ?? null,
      status: async (ip) => (await running(ip)?.status()) ?? null,
    };
  }
}
