import {
  type Ip,
  inNoSwarm,
  Secret,
  type ServiceState,
  type SingletonSpec,
  type Swarm,
  type SwarmMembership,
  type SwarmNode,
  specHash,
  UserError,
} from '@krillmanager/core';
import type { FakeNode, FakeService, FakeSwarmCluster, SwarmWorld } from './swarm-world.ts';

/** One dockerd's view of the Swarms of a {@link SwarmWorld}. */
export class FakeSwarm implements Swarm {
  readonly #world: SwarmWorld;
  readonly #ip: Ip;

  constructor(world: SwarmWorld, ip: Ip) {
    this.#world = world;
    this.#ip = ip;
  }

  async membership(): Promise<SwarmMembership> {
    const found = this.#own('asking Docker for its Swarm');
    if (!found) return inNoSwarm;
    const { cluster, node } = found;
    const manager = node.role === 'manager';
    const headless = manager && !this.#world.hasQuorum(cluster);
    return {
      state: 'active',
      nodeId: node.id,
      clusterId: manager && !headless ? cluster.id : null,
      manager,
      leader: this.#world.leaderOf(cluster) === node,
      address: this.#ip,
      problem: headless ? 'The swarm does not have a leader.' : null,
    };
  }

  async init(advertise: Ip): Promise<void> {
    const what = `starting a Swarm on ${advertise}`;
    const found = this.#own(what);
    if (found?.node.role === 'manager') return;
    if (found) throw new UserError(`${what}: this node is already part of a swarm`);
    this.#world.found(this.#ip);
  }

  async join(managers: readonly Ip[], token: Secret, _advertise: Ip): Promise<void> {
    const what = `joining the Swarm of ${managers.join(', ')}`;
    if (this.#own(what)) return;
    const cluster = this.#world.managedBy(managers, what);
    if (cluster.token !== token.reveal()) throw new UserError(`${what}: invalid join token`);
    this.#world.enter(cluster, this.#ip, 'worker');
  }

  async leave(): Promise<void> {
    const found = this.#own('leaving the Swarm');
    if (found) found.node.left = true;
  }

  async joinToken(): Promise<Secret> {
    return new Secret(this.#managed('looking at the Swarm').token);
  }

  async rotateToken(): Promise<void> {
    this.#managed('rotating the join token').token = this.#world.unique('token');
  }

  async nodes(): Promise<readonly SwarmNode[]> {
    const cluster = this.#managed('listing the nodes');
    const leader = this.#world.leaderOf(cluster);
    return cluster.nodes.map((node) => ({
      id: node.id,
      address: node.ip,
      hostname: `host-${node.ip}`,
      role: node.role,
      ready: this.#world.isUp(node),
      availability: node.availability,
      labels: node.labels,
      leader: node === leader,
    }));
  }

  async setRole(nodeId: string, role: 'manager' | 'worker'): Promise<void> {
    const what = `making node ${nodeId} a ${role}`;
    const { cluster, node } = this.#node(nodeId, what);
    if (node.role === role) return;
    const managers = cluster.nodes.filter((each) => each.role === 'manager');
    if (role === 'worker' && managers.length === 1) {
      throw new UserError(`${what}: attempting to demote the last manager of the swarm`);
    }
    if (role === 'manager' && !this.#world.isUp(node)) {
      throw new UserError(`${what}: it did not become one`);
    }
    node.role = role;
  }

  async setLabel(nodeId: string, label: string, value: string | null): Promise<void> {
    const { node } = this.#node(nodeId, `setting the label ${label} of node ${nodeId}`);
    const { [label]: _, ...others } = node.labels;
    node.labels = value === null ? others : { ...others, [label]: value };
  }

  async changeLabel(nodeId: string, label: string, from: string, to: string): Promise<boolean> {
    const { node } = this.#node(nodeId, `changing the label ${label} of node ${nodeId}`);
    if (node.labels[label] !== from) return false;
    node.labels = { ...node.labels, [label]: to };
    return true;
  }

  async setAvailability(nodeId: string, availability: 'active' | 'drain'): Promise<void> {
    this.#node(nodeId, `making node ${nodeId} ${availability}`).node.availability = availability;
  }

  async removeNode(nodeId: string): Promise<void> {
    const what = `removing node ${nodeId} from the Swarm`;
    const { nodes } = this.#managed(what);
    const at = nodes.findIndex(({ id }) => id === nodeId);
    if (nodes[at]?.role === 'manager') {
      throw new UserError(`${what}: it is a cluster manager and is a member of the raft cluster`);
    }
    if (at >= 0) nodes.splice(at, 1);
  }

  async services(): Promise<readonly ServiceState[]> {
    const cluster = this.#managed('listing the services');
    return [...cluster.services.values()].map((service) => this.#state(service, cluster));
  }

  #state(service: FakeService, cluster: FakeSwarmCluster): ServiceState {
    const nowMs = this.#now();
    this.#world.schedule(service, cluster, nowMs);
    const obstacle = this.#world.obstacle(service, nowMs);
    return {
      name: service.spec.name,
      specHash: service.hash,
      desired: 1,
      running: obstacle === null ? 1 : 0,
      nodeId: obstacle === null ? (service.node?.id ?? null) : null,
      lastError: obstacle === 'starting' ? null : obstacle,
    };
  }

  async applyService(spec: SingletonSpec): Promise<void> {
    const { services } = this.#managed(`creating the service ${spec.name}`);
    const current = services.get(spec.name);
    const hash = specHash(spec);
    if (current?.hash === hash) return;
    services.set(spec.name, { spec, hash, node: null, sinceMs: this.#now() });
  }

  async removeService(name: string): Promise<void> {
    this.#managed(`removing the service ${name}`).services.delete(name);
  }

  #own(what: string) {
    this.#world.hosts.get(this.#ip)?.answer(what);
    return this.#world.membershipOf(this.#ip);
  }

  #managed(what: string): FakeSwarmCluster {
    const found = this.#own(what);
    if (found?.node.role !== 'manager') {
      throw new UserError(`${what}: This node is not a swarm manager.`);
    }
    if (this.#world.hasQuorum(found.cluster)) return found.cluster;
    throw new UserError(`${what}: The swarm does not have a leader.`);
  }

  #node(id: string, what: string): { cluster: FakeSwarmCluster; node: FakeNode } {
    const cluster = this.#managed(what);
    const node = cluster.nodes.find((each) => each.id === id);
    if (!node) throw new UserError(`${what}: node ${id} not found`);
    return { cluster, node };
  }

  #now(): number {
    return this.#world.hosts.get(this.#ip)?.clock.now() ?? 0;
  }
}
