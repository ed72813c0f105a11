import {
  type Brick,
  hostName,
  type Ip,
  ipOfHost,
  type PoolPeer,
  type StoragePool,
  UserError,
  type VolumeSpec,
  type VolumeState,
} from '@krillmanager/core';
import { type FakeVolume, holds, type PoolWorld } from './pool-world.ts';

/** One glusterd's view of the pools of a {@link PoolWorld}. */
export class FakeStoragePool implements StoragePool {
  readonly #world: PoolWorld;
  readonly #ip: Ip;

  constructor(world: PoolWorld, ip: Ip) {
    this.#world = world;
    this.#ip = ip;
  }

  async version(): Promise<string> {
    this.#own('asking for the version');
    return '10.3';
  }

  async peers(): Promise<readonly PoolPeer[]> {
    const pool = this.#own('asking for the pool');
    const others = [...pool.members.keys()].filter((ip) => ip !== this.#ip);
    return others.map((ip) => ({
      uuid: `uuid-${ip}`,
      hosts: [hostName(ip)],
      state: this.#world.isMember(pool, ip) ? 'member' : 'joining',
      connected: this.#world.sees(this.#ip, ip),
    }));
  }

  async probe(host: string): Promise<void> {
    const what = `adding ${host} to the pool`;
    const pool = this.#own(what);
    if (pool.members.has(ipOfHost(host) ?? this.#ip)) return;
    const ip = this.#world.reach(this.#ip, host, what);
    const other = this.#world.poolOf(ip);
    if (other.members.size > 1 || other.volumes.size > 0) {
      throw new UserError(
        `${what}: ${host} is either already part of another cluster or having volumes configured`,
      );
    }
    this.#world.adopt(pool, ip);
  }

  async detach(host: string, _force: boolean): Promise<void> {
    const what = `taking ${host} out of the pool`;
    const pool = this.#own(what);
    const ip = ipOfHost(host);
    if (ip === null || !pool.members.has(ip)) return;
    const bricks = [...pool.volumes.values()].flatMap((volume) => volume.bricks);
    if (bricks.some((brick) => ipOfHost(brick.host) === ip)) {
      throw new UserError(`${what}: Peer ${host} hosts one or more bricks`);
    }
    this.#world.release(pool, ip);
  }

  async volume(name: string): Promise<VolumeState | null> {
    const volume = this.#own(`asking for the volume ${name}`).volumes.get(name);
    if (!volume) return null;
    const { status, replica, bricks, options } = volume;
    return { name, status, replica, bricks, options };
  }

  async createVolume({ name, bricks, replica, options }: VolumeSpec): Promise<void> {
    const what = `creating the volume ${name}`;
    const pool = this.#own(what);
    if (pool.volumes.has(name)) throw new UserError(`${what}: Volume ${name} already exists`);
    this.#world.requirePlaces(pool, bricks, what);
    const pending = { entries: 0, untilMs: 0 };
    pool.volumes.set(name, { name, status: 'created', replica, bricks, options, pending });
  }

  async setOptions(name: string, options: Readonly<Record<string, string>>): Promise<void> {
    const volume = this.#existing(name, `setting options of the volume ${name}`);
    volume.options = { ...volume.options, ...options };
  }

  async startVolume(name: string): Promise<void> {
    this.#existing(name, `starting the volume ${name}`).status = 'started';
  }

  async addBricks(name: string, replica: number, bricks: readonly Brick[]): Promise<void> {
    const what = `adding bricks to the volume ${name}`;
    const volume = this.#existing(name, what);
    this.#world.requirePlaces(this.#world.poolOf(this.#ip), bricks, what);
    const grown = [...volume.bricks, ...bricks];
    if (bricks.some((brick) => holds(volume, brick)) || grown.length !== replica) {
      throw new UserError(`${what}: Operation failed`);
    }
    Object.assign(volume, { bricks: grown, replica });
    this.#world.heal(volume, this.#ip);
  }

  async removeBricks(name: string, replica: number, bricks: readonly Brick[]): Promise<void> {
    const what = `removing bricks from the volume ${name}`;
    const volume = this.#existing(name, what);
    const left = volume.bricks.filter((brick) => !bricks.some((gone) => same(gone, brick)));
    if (left.length !== replica || left.length + bricks.length !== volume.bricks.length) {
      throw new UserError(`${what}: Operation failed`);
    }
    Object.assign(volume, { bricks: left, replica });
  }

  async onlineBricks(name: string): Promise<readonly Brick[]> {
    const volume = this.#own(`asking for the bricks of ${name}`).volumes.get(name);
    if (volume?.status !== 'started') return [];
    return volume.bricks.filter(({ host }) => this.#isUp(ipOfHost(host)));
  }

  async healPending(name: string): Promise<number> {
    const { pending } = this.#existing(name, `asking what of ${name} is to be healed`);
    const now = this.#world.hosts.get(this.#ip)?.clock.now() ?? 0;
    return now < pending.untilMs ? pending.entries : 0;
  }

  #isUp(ip: Ip | null): boolean {
    return ip !== null && (this.#world.hosts.get(ip)?.up ?? false);
  }

  #own(what: string) {
    this.#world.hosts.get(this.#ip)?.answer(what);
    return this.#world.poolOf(this.#ip);
  }

  #existing(name: string, what: string): FakeVolume {
    const volume = this.#own(what).volumes.get(name);
    if (!volume) throw new UserError(`${what}: Volume ${name} does not exist`);
    return volume;
  }
}

const same = (a: Brick, b: Brick): boolean => a.host === b.host && a.path === b.path;
