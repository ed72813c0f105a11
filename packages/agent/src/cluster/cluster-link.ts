import { type ClusterSettings, clusterPort, type Ip, paths } from '@krillmanager/core';
import type { Logger } from 'pino';
import { keptContext } from '../http/kept-context.ts';
import { isFresh } from '../node/is-fresh.ts';
import { ownAddress } from '../node/next-action.ts';
import type { View } from '../node/view.ts';
import { RequestAnswers } from './answer-requests.ts';
import { ClusterPort, type Route } from './cluster-port.ts';
import { dial } from './dial.ts';
import type { SeenNode } from './fitness.ts';
import { Heartbeats } from './heartbeats.ts';
import { type Identity, isGood, readIdentity } from './identity.ts';
import { type IdentityPorts, keepIdentity } from './keep-identity.ts';
import { LabelKeeper, type LabelPorts } from './label-keeper.ts';
import { Leadership } from './leadership.ts';
import { type MajorityRecord, writeMajority } from './majority-record.ts';
import { monotonicMs } from './monotonic.ts';
import type { NodeState } from './pulse-frame.ts';
import { Readmission, type ReadmissionPorts } from './readmission.ts';
import type { Sight } from './sight.ts';

export type LinkPorts = IdentityPorts & LabelPorts & ReadmissionPorts;

/** A certificate that is good is looked at again after this long; one that lacks, at every look. */
const identityEveryMs = 600_000;

/** The connection of this node's agent with the others', for as long as it is in a cluster. */
export class ClusterLink {
  readonly #ports: LinkPorts;
  readonly #routes: Readonly<Record<string, Route>>;
  readonly #log: Logger;
  readonly #leadership: Leadership;
  readonly #contextOf = keptContext();
  #identity: Identity | null = null;
  /** When it was last found to be good; milliseconds since the epoch. */
  #identityGoodAt = Number.NEGATIVE_INFINITY;
  #nodes: readonly Ip[] = [];
  #self: Ip | null = null;
  #state: Omit<NodeState, 'majority'> = { volume: false, manager: false };
  #server: ClusterPort | null = null;
  #heartbeats: Heartbeats | null = null;
  #looking = false;

  constructor(ports: LinkPorts, routes: Readonly<Record<string, Route>>, log: Logger) {
    this.#ports = ports;
    this.#routes = routes;
    this.#log = log;
    const say = (line: string) => log.info(line);
    const warn = (line: string) => log.warn(line);
    this.#leadership = new Leadership({
      labels: new LabelKeeper(ports, say),
      requests: new RequestAnswers(ports, new Readmission(ports, say), warn),
      monotonicMs,
      warn,
    });
  }

  /** Who was seen when; null before this node is in a cluster. */
  get sight(): Sight | null {
    return this.#heartbeats?.sight ?? null;
  }

  /** Of the nodes that have the volume it is the one with the lowest address, as far as we see. */
  get polls(): boolean {
    const sight = this.sight;
    if (sight === null || !this.#state.volume) return false;
    const others = sight.others.filter((ip) => sight.of(ip)?.state.volume === true);
    const living = others.filter((ip) => sight.isSeen(ip, monotonicMs()));
    return this.#self !== null && [this.#self, ...living].sort()[0] === this.#self;
  }

  /** What the heartbeats show, for whoever looks; ages in milliseconds. */
  get seen(): object {
    const now = monotonicMs();
    const others = (this.sight?.others ?? []).map((ip) => {
      const sighting = this.sight?.of(ip);
      if (!sighting) return [ip, null];
      const { at, skewMs, state } = sighting;
      return [ip, { seenMs: Math.round(now - at), skewMs: Math.round(skewMs), ...state }];
    });
    return { majority: this.majority, nodes: Object.fromEntries(others) };
  }

  get majority(): boolean {
    return this.#heartbeats?.majority ?? false;
  }

  /** After every look of the agent at its node; never fails, and the loop does not wait for it. */
  async look(view: View): Promise<void> {
    this.#state = { volume: view.volume !== null, manager: managesSwarm(view) };
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#follow(view);
    } catch (error) {
      this.#log.warn({ error: String(error) }, 'cluster port');
    } finally {
      this.#looking = false;
    }
  }

  close(): void {
    this.#server?.close();
    this.#heartbeats?.close();
    this.#server = null;
    this.#heartbeats = null;
    this.#identity = null;
    this.#identityGoodAt = Number.NEGATIVE_INFINITY;
  }

  async #follow(view: View): Promise<void> {
    const { settings, cluster } = view.memory;
    const self = settings === null ? null : ownAddress(settings.nodes, view.addresses);
    if (settings === null || cluster === null || self === null) return this.close();
    this.#nodes = settings.nodes;
    this.#self = self;
    await this.#keepIdentity(view, self);
    if (this.#identity !== null) await this.#meet(this.#identity, settings, self);
    if (view.volume !== null && view.swarm?.leader === true) await this.#lead(view, self);
  }

  #lead(view: View, self: Ip): Promise<void> {
    const nodes = this.majority ? this.#nodes.map((ip) => this.#seen(ip, self)) : null;
    return this.#leadership.lead(view, self, nodes);
  }

  #seen(ip: Ip, self: Ip): SeenNode {
    if (ip === self) return { ip, seen: true, majority: true, skewMs: 0, ...this.#state };
    const sighting = this.sight?.of(ip);
    if (!sighting) return { ip, seen: false, volume: false, majority: false, skewMs: 0 };
    const seen = this.sight?.isSeen(ip, monotonicMs()) === true;
    return { ip, seen, skewMs: sighting.skewMs, ...sighting.state };
  }

  async #keepIdentity({ volume }: View, self: Ip): Promise<void> {
    const { local, clock } = this.#ports;
    if (isFresh(clock.now() - this.#identityGoodAt, identityEveryMs)) return;
    const before = this.#identity;
    this.#identity =
      volume === null ? await readIdentity(local) : await keepIdentity(this.#ports, self);
    const now = this.#identity;
    if (now === null) return;
    if (isGood(now, self, clock.now())) this.#identityGoodAt = clock.now();
    if (now.certificate !== before?.certificate || now.authority !== before.authority) {
      if (this.#server !== null) this.#server.identity = now;
    }
  }

  async #meet(identity: Identity, { nodes }: ClusterSettings, self: Ip): Promise<void> {
    this.#server ??= await ClusterPort.open({
      self,
      port: clusterPort,
      identity,
      isNode: (ip) => this.#nodes.includes(ip),
      state: () => ({ ...this.#state, majority: this.majority }),
      routes: this.#routes,
    });
    this.#heartbeats ??= new Heartbeats({
      way: (peer) => {
        const call = { self, peer, port: clusterPort, identity: this.#identity ?? identity };
        return dial(call, this.#contextOf);
      },
      monotonicMs,
      majority: (record) => this.#tellSupervisor(record),
      say: (line) => this.#log.info(line),
    });
    this.#heartbeats.others = nodes.filter((ip) => ip !== self);
  }

  #tellSupervisor(record: MajorityRecord): void {
    try {
      writeMajority(`${paths.heartbeats}/majority.json`, record);
    } catch (error) {
      this.#log.warn({ error: String(error) }, 'majority not written');
    }
  }
}

const managesSwarm = ({ swarm }: View): boolean =>
  swarm?.state === 'active' && swarm.manager && swarm.problem === null;
