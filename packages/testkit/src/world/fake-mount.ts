import {
  formatBrick,
  ipOfHost,
  type MountState,
  UserError,
  type VolumeMount,
} from '@krillmanager/core';
import type { FakeHost } from '../fakes/fake-host.ts';
import type { FakeVolume, PoolWorld } from '../fakes/pool-world.ts';
import { VolumeTree } from './volume-tree.ts';

/** The trees of all volumes of a world: what one node writes, the others read. */
export class VolumeTrees {
  readonly #trees = new WeakMap<FakeVolume, VolumeTree>();

  of(volume: FakeVolume): VolumeTree {
    const tree = this.#trees.get(volume) ?? new VolumeTree();
    this.#trees.set(volume, tree);
    return tree;
  }
}

/** One machine's mount of its pool's volume. A power loss ends it. */
export class FakeMount implements VolumeMount {
  readonly #host: FakeHost;
  readonly #pools: PoolWorld;
  readonly #trees: VolumeTrees;
  #mounted: { readonly volume: FakeVolume; readonly sinceMs: number } | null = null;

  constructor(host: FakeHost, pools: PoolWorld, trees: VolumeTrees) {
    this.#host = host;
    this.#pools = pools;
    this.#trees = trees;
  }

  async state(): Promise<MountState> {
    const sinceMs = this.#current?.sinceMs ?? 0;
    return { mounted: sinceMs > 0, answering: this.tree !== null, sinceMs };
  }

  async mount(name: string): Promise<void> {
    const what = `mounting ${name}`;
    this.#host.answer(what);
    const volume = this.#pools.poolOf(this.#host.ip).volumes.get(name);
    if (volume?.status !== 'started') throw new UserError(`${what}: failed to fetch volume file`);
    this.#mounted = { volume, sinceMs: this.#host.clock.now() };
  }

  async unmount(): Promise<void> {
    this.#mounted = null;
  }

  async copies(): Promise<readonly string[]> {
    const bricks = this.#current?.volume.bricks ?? [];
    return bricks.filter(({ host }) => this.#isUp(host)).map(formatBrick);
  }

  /** What lies on it; null while it is not mounted, or most of its bricks do not answer. */
  get tree(): VolumeTree | null {
    const volume = this.#current?.volume;
    if (volume?.status !== 'started') return null;
    const up = volume.bricks.filter(({ host }) => this.#isUp(host));
    return up.length * 2 > volume.bricks.length ? this.#trees.of(volume) : null;
  }

  get #current() {
    const mounted = this.#mounted;
    return this.#host.up && mounted && mounted.sinceMs >= this.#host.upSinceMs ? mounted : null;
  }

  #isUp(host: string): boolean {
    const ip = ipOfHost(host);
    return ip !== null && (this.#pools.hosts.get(ip)?.up ?? false);
  }
}
