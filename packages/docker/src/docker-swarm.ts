import {
  type Ip,
  Secret,
  type ServiceState,
  type SingletonSpec,
  type Swarm,
  type SwarmMembership,
  type SwarmNode,
} from '@krillmanager/core';
import { type DockerSocket, Engine } from './engine.ts';
import { LedEngine } from './led-engine.ts';
import { membership, type SwarmInfo } from './membership.ts';
import { leaderDeadlineMs, membershipDeadlineMs, membershipQuestionMs } from './policy.ts';
import { type NodeObject, swarmNode, withLabel } from './swarm-node.ts';
import { SwarmNodes } from './swarm-nodes.ts';
import { initRequest, joinRequest } from './swarm-requests.ts';
import { SwarmServices } from './swarm-services.ts';

/** The Swarm that one dockerd is a member of, or will be. */
export const dockerSwarm = (socket: DockerSocket): Swarm => new DockerSwarm(new Engine(socket));

class DockerSwarm implements Swarm {
  readonly #engine: Engine;
  readonly #led: LedEngine;
  readonly #nodes: SwarmNodes;
  readonly #services: SwarmServices;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#led = new LedEngine(engine);
    this.#nodes = new SwarmNodes(this.#led);
    this.#services = new SwarmServices(this.#led);
  }

  async membership(): Promise<SwarmMembership> {
    const seen = await this.#local();
    const leader = seen.manager && seen.problem === null && (await this.#leads(seen.nodeId));
    return { ...seen, leader };
  }

  async #local() {
    const { Swarm } = await this.#engine.ask<{ Swarm: SwarmInfo }>(
      'asking Docker for its Swarm',
      (docker) => docker.info(),
      membershipQuestionMs,
    );
    return membership(Swarm);
  }

  /** Without a quorum nobody leads, and asking takes dockerd its time. */
  async #leads(nodeId: string | null): Promise<boolean> {
    if (nodeId === null) return false;
    try {
      const self = await this.#engine.ask<NodeObject>(
        'asking who leads the Swarm',
        (docker) => docker.getNode(nodeId).inspect(),
        leaderDeadlineMs,
      );
      return self.ManagerStatus?.Leader ?? false;
    } catch {
      return false;
    }
  }

  async init(advertise: Ip): Promise<void> {
    const { state, manager } = await this.#local();
    if (state === 'active' && manager) return;
    await this.#engine.ask(
      `starting a Swarm on ${advertise}`,
      (docker) => docker.swarmInit(initRequest(advertise)),
      membershipDeadlineMs,
    );
  }

  async join(managers: readonly Ip[], token: Secret, advertise: Ip): Promise<void> {
    const { state } = await this.#local();
    if (state === 'active') return;
    // An attempt that got stuck would make Docker refuse the next.
    if (state !== 'inactive') await this.leave();
    await this.#engine.ask(
      `joining the Swarm of ${managers.join(', ')}`,
      (docker) => docker.swarmJoin(joinRequest(managers, token, advertise)),
      membershipDeadlineMs,
    );
  }

  async leave(): Promise<void> {
    if ((await this.#local()).state === 'inactive') return;
    await this.#engine.ask(
      'leaving the Swarm',
      (docker) => docker.swarmLeave({ force: true }),
      membershipDeadlineMs,
    );
  }

  async joinToken(): Promise<Secret> {
    const { JoinTokens } = await this.#inspect();
    return new Secret(JoinTokens.Worker);
  }

  async rotateToken(): Promise<void> {
    const { Version, Spec } = await this.#inspect();
    const _query = { version: Version.Index, rotateWorkerToken: true };
    await this.#led.ask('rotating the join token', (docker) =>
      docker.swarmUpdate({ _query, _body: Spec }),
    );
  }

  #inspect(): Promise<SwarmObject> {
    return this.#led.ask('looking at the Swarm', (docker) => docker.swarmInspect());
  }

  async nodes(): Promise<readonly SwarmNode[]> {
    return (await this.#nodes.list()).map(swarmNode);
  }

  setRole(nodeId: string, role: 'manager' | 'worker'): Promise<void> {
    return this.#nodes.setRole(nodeId, role);
  }

  async setLabel(nodeId: string, label: string, value: string | null): Promise<void> {
    const what = `setting the label ${label} of node ${nodeId}`;
    await this.#nodes.change(what, nodeId, (spec) => withLabel(spec, label, value));
  }

  changeLabel(nodeId: string, label: string, from: string, to: string): Promise<boolean> {
    const what = `changing the label ${label} of node ${nodeId}`;
    return this.#nodes.change(what, nodeId, (spec) =>
      spec.Labels?.[label] === from ? withLabel(spec, label, to) : null,
    );
  }

  async setAvailability(nodeId: string, availability: 'active' | 'drain'): Promise<void> {
    const what = `making node ${nodeId} ${availability}`;
    await this.#nodes.change(what, nodeId, (spec) => ({ ...spec, Availability: availability }));
  }

  removeNode(nodeId: string): Promise<void> {
    return this.#nodes.remove(nodeId);
  }

  services(): Promise<readonly ServiceState[]> {
    return this.#services.list();
  }

  applyService(spec: SingletonSpec): Promise<void> {
    return this.#services.apply(spec);
  }

  removeService(name: string): Promise<void> {
    return this.#services.remove(name);
  }
}

/** What we read of GET /swarm. */
interface SwarmObject {
  readonly Version: { readonly Index: number };
  readonly Spec: object;
  readonly JoinTokens: { readonly Worker: string };
}
