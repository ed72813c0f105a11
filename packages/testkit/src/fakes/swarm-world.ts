import { type Ip, type SingletonSpec, type SwarmNode, UserError } from '@krillmanager/core';
import type { FakeHost } from './fake-host.ts';
import { taskStartMs } from './fake-policy.ts';

export interface FakeNode {
  readonly id: string;
  readonly ip: Ip;
  role: 'manager' | 'worker';
  availability: SwarmNode['availability'];
  labels: Readonly<Record<string, string>>;
  /** The machine has left, or was taken out: what remains is the managers' entry. */
  left: boolean;
}

export interface FakeService {
  readonly spec: SingletonSpec;
  readonly hash: string;
  node: FakeNode | null;
  sinceMs: number;
}

export interface FakeSwarmCluster {
  readonly id: string;
  token: string;
  readonly nodes: FakeNode[];
  readonly services: Map<string, FakeService>;
}

/** All Swarms of some machines, and which machine is a node of which. */
export class SwarmWorld {
  readonly hosts: ReadonlyMap<Ip, FakeHost>;
  readonly #clusters: FakeSwarmCluster[] = [];
  #made = 0;

  constructor(hosts: ReadonlyMap<Ip, FakeHost>) {
    this.hosts = hosts;
  }

  /** The Swarm that a machine is in, and its node there. */
  membershipOf(ip: Ip): { cluster: FakeSwarmCluster; node: FakeNode } | null {
    for (const cluster of this.#clusters) {
      const node = cluster.nodes.find((each) => each.ip === ip && !each.left);
      if (node) return { cluster, node };
    }
    return null;
  }

  found(ip: Ip): void {
    const id = this.unique('swarm');
    const cluster = { id, token: this.unique('token'), nodes: [], services: new Map() };
    this.#clusters.push(cluster);
    this.enter(cluster, ip, 'manager');
  }

  enter(cluster: FakeSwarmCluster, ip: Ip, role: FakeNode['role']): void {
    const id = this.unique('node');
    cluster.nodes.push({ id, ip, role, availability: 'active', labels: {}, left: false });
  }

  unique(kind: string): string {
    this.#made += 1;
    return `${kind}-${this.#made}`;
  }

  isUp(node: FakeNode): boolean {
    return !node.left && (this.hosts.get(node.ip)?.up ?? false);
  }

  hasQuorum({ nodes }: FakeSwarmCluster): boolean {
    const managers = nodes.filter(({ role }) => role === 'manager');
    return managers.filter((node) => this.isUp(node)).length * 2 > managers.length;
  }

  /** The first that is up: who leads does not change as long as it lives. */
  leaderOf(cluster: FakeSwarmCluster): FakeNode | null {
    if (!this.hasQuorum(cluster)) return null;
    return cluster.nodes.find((node) => node.role === 'manager' && this.isUp(node)) ?? null;
  }

  /** Through a manager of these that is up. @throws UserError when there is none. */
  managedBy(managers: readonly Ip[], what: string): FakeSwarmCluster {
    for (const ip of managers) {
      const found = this.membershipOf(ip);
      if (found?.node.role !== 'manager' || !this.isUp(found.node)) continue;
      if (this.hasQuorum(found.cluster)) return found.cluster;
    }
    throw new UserError(`${what}: no manager answers`);
  }

  /** Puts a service where it belongs now, as Swarm's scheduler would by itself. */
  schedule(service: FakeService, cluster: FakeSwarmCluster, nowMs: number): void {
    if (!this.hasQuorum(cluster)) return;
    if (service.node && this.#fits(service.node, service.spec)) return;
    service.node = cluster.nodes.find((node) => this.#fits(node, service.spec)) ?? null;
    service.sinceMs = nowMs;
  }

  #fits(node: FakeNode, { requireLabels }: SingletonSpec): boolean {
    const labelled = Object.entries(requireLabels).every(([k, v]) => node.labels[k] === v);
    return labelled && node.availability === 'active' && this.isUp(node);
  }

  /** The services that run on a machine. */
  runningOn(ip: Ip): readonly FakeService[] {
    const found = this.membershipOf(ip);
    const nowMs = this.hosts.get(ip)?.clock.now() ?? 0;
    if (!found) return [];
    const services = [...found.cluster.services.values()];
    for (const service of services) this.schedule(service, found.cluster, nowMs);
    return services.filter(
      (service) => service.node === found.node && this.obstacle(service, nowMs) === null,
    );
  }

  /** Why a service does not run, and null when it does. */
  obstacle({ node, sinceMs, spec }: FakeService, nowMs: number): string | null {
    if (!node) return 'no suitable node (scheduling constraints not satisfied)';
    const host = this.hosts.get(node.ip);
    if (!host?.images.has(spec.image)) return `No such image: ${spec.image}`;
    const binds = spec.mounts.filter((mount) => mount.type === 'bind');
    const missing = binds.find(({ source }) => !(host.directories?.has(source) ?? true));
    if (missing) return `bind source path does not exist: ${missing.source}`;
    return nowMs < sinceMs + taskStartMs ? 'starting' : null;
  }
}
