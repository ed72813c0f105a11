import { type Brick, formatBrick, type Ip, ipOfHost, UserError } from '@krillmanager/core';
import type { FakeHost } from './fake-host.ts';
import { healMs, peerJoinMs } from './fake-policy.ts';

export interface FakeVolume {
  readonly name: string;
  status: 'created' | 'started' | 'stopped';
  replica: number;
  bricks: readonly Brick[];
  options: Readonly<Record<string, string>>;
  /** Entries that an added brick lacks, until it has been healed. */
  pending: { readonly entries: number; readonly untilMs: number };
}

export interface FakePool {
  /** Each member, and since when it is one. */
  readonly members: Map<Ip, number>;
  readonly volumes: Map<string, FakeVolume>;
}

/** All pools of some machines. A machine that was never probed has one of its own. */
export class PoolWorld {
  readonly hosts: ReadonlyMap<Ip, FakeHost>;
  readonly #pools: FakePool[];

  constructor(hosts: ReadonlyMap<Ip, FakeHost>) {
    this.hosts = hosts;
    this.#pools = [...hosts.keys()].map(alone);
  }

  poolOf(ip: Ip): FakePool {
    const pool = this.#pools.find(({ members }) => members.has(ip));
    if (!pool) throw new Error(`${ip} is no machine of this fake`);
    return pool;
  }

  /** The machine of a name or address, when it is on and that machine can call it. */
  reach(from: Ip, host: string, what: string): Ip {
    const ip = ipOfHost(host);
    if (ip !== null && this.sees(from, ip)) return ip;
    throw new UserError(`${what}: Transport endpoint is not connected`);
  }

  /** The one's glusterd has a connection to the other's, which it calls by name. */
  sees(from: Ip, to: Ip): boolean {
    const [one, other] = [this.hosts.get(from), this.hosts.get(to)];
    return one !== undefined && other !== undefined && one.up && other.up && one.knows(to);
  }

  isMember(pool: FakePool, ip: Ip): boolean {
    const since = pool.members.get(ip);
    return since !== undefined && since <= this.#now(ip);
  }

  #now(ip: Ip): number {
    return this.hosts.get(ip)?.clock.now() ?? 0;
  }

  adopt(pool: FakePool, ip: Ip): void {
    this.#pools.splice(this.#pools.indexOf(this.poolOf(ip)), 1);
    pool.members.set(ip, this.#now(ip) + peerJoinMs);
  }

  release(pool: FakePool, ip: Ip): void {
    pool.members.delete(ip);
    this.#pools.push(alone(ip));
  }

  heal(volume: FakeVolume, ip: Ip): void {
    volume.pending = { entries: 3, untilMs: this.#now(ip) + healMs };
  }

  /** Bricks may only be where glusterd is a connected member, and every member must reach them. */
  requirePlaces(pool: FakePool, bricks: readonly Brick[], what: string): void {
    const astray = bricks.find(({ host }) => {
      const ip = ipOfHost(host);
      return ip === null || !this.isMember(pool, ip) || !this.hosts.get(ip)?.up;
    });
    if (astray) {
      throw new UserError(`${what}: Host ${astray.host} is not in 'Peer in Cluster' state`);
    }
    const members = [...pool.members.keys()].filter((ip) => this.hosts.get(ip)?.up);
    const places = bricks.map(({ host }) => ipOfHost(host)).filter((ip) => ip !== null);
    const blind = members.find((ip) => places.some((to) => to !== ip && !this.sees(ip, to)));
    if (blind) throw new UserError(`${what}: Staging failed on ${blind}`);
  }
}

const alone = (ip: Ip): FakePool => ({ members: new Map([[ip, 0]]), volumes: new Map() });

export const holds = (volume: FakeVolume, brick: Brick): boolean =>
  volume.bricks.some((each) => formatBrick(each) === formatBrick(brick));
