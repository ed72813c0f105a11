import {
  Attempts,
  describeTick,
  localStore,
  type NodePorts,
  nodeFacts,
  nodeStatus,
  pauseAfter,
  pollStorage,
  type ServedContent,
  type Tick,
  tick,
  wentWrong,
} from '@krillmanager/agent/logic';
import {
  type ContainerState,
  familyOf,
  hostName,
  type NodeFacts,
  type NodeStatus,
  onVolume,
  paths,
  type Release,
  type StorageHealth,
  volumeName,
} from '@krillmanager/core';
import type { FakeCluster, FakeMachine } from '../fakes/fake-cluster.ts';
import type { PoolWorld } from '../fakes/pool-world.ts';
import { FakeHostFiles } from './fake-host-files.ts';
import { FakeHostNames } from './fake-host-names.ts';
import { FakeMount, type VolumeTrees } from './fake-mount.ts';
import { fakeVolumeFiles } from './volume-tree.ts';

const archive = '/images.tar';
const nothing = { session: null, serial: null } as const;

/** A machine with our package: the agent's own code over fake daemons. */
export class SimulatedNode {
  readonly machine: FakeMachine;
  readonly mount: FakeMount;
  readonly local = new FakeHostFiles();
  readonly names = new FakeHostNames();
  /** systemd runs the agent. */
  agentActive = false;
  readonly #release: Release;
  readonly #pools: PoolWorld;
  readonly #ports: NodePorts;
  #tick: Tick | null = null;
  #storage: StorageHealth = 'absent';
  #published = false;
  #attempts: Attempts;
  #failures = 0;
  #restsUntilMs = 0;

  constructor(machine: FakeMachine, cluster: FakeCluster, trees: VolumeTrees, release: Release) {
    const { host, ip } = machine;
    this.machine = machine;
    this.#attempts = this.#newAttempts();
    this.#release = release;
    this.#pools = cluster.pools;
    this.mount = new FakeMount(host, cluster.pools, trees);
    host.archives.set(archive, Object.values(release.images));
    host.names = this.names;
    host.directories = { has: (path) => this.#exists(path) };
    this.#ports = {
      ...machine,
      mount: this.mount,
      volume: this.files,
      names: this.names,
      local: this.local,
      clock: cluster.clock,
      seal: (secret, text) => `${secret.reveal()} sealed ${text}`,
      addresses: () => [ip],
      recruitedOver: () => null,
      removal: { look: async () => false },
      glusterd: { family: async () => familyOf(ip), speak: async () => undefined },
      images: Object.values(release.images),
      imageArchive: async () => archive,
    };
  }

  get files() {
    return fakeVolumeFiles(() => this.mount.tree);
  }

  /** The agent looks once and acts once, if there is power, it was started and it does not rest. */
  async act(interposed: (ports: NodePorts) => NodePorts): Promise<void> {
    const { host } = this.machine;
    if (!host.up || !this.agentActive || host.clock.now() < this.#restsUntilMs) return;
    const ports = interposed(this.#ports);
    try {
      const done = await tick(ports, localStore(ports.local), this.#attempts);
      // Nothing else makes a look fail here.
      if (done.view === null) throw new Error(done.error);
      this.#tick = done;
      this.#failures = wentWrong(done) ? this.#failures + 1 : 0;
      this.#restsUntilMs = host.clock.now() + pauseAfter(done, this.#failures);
      const { view } = done;
      const seen = await pollStorage(ports, view, view.swarm?.leader === true);
      this.#storage = seen.health;
    } catch {
      // The agent died while it looked. systemd starts it again, and it knows nothing but its files.
      this.#tick = null;
      this.#attempts = this.#newAttempts();
      this.#failures = 0;
    }
    await this.#synchronise();
  }

  #newAttempts(): Attempts {
    return new Attempts(() => this.machine.host.clock.now());
  }

  get action(): Tick['action'] | null {
    return this.#tick?.action ?? null;
  }

  facts(): Promise<NodeFacts> {
    const { ip, host } = this.machine;
    return nodeFacts({
      ports: this.#ports,
      release: this.#release.release,
      machine: async () => ({
        hostname: `host-${ip}`,
        addresses: [ip],
        clockMs: host.clock.now(),
        brick: this.#holdsBrick() ? 'used' : 'absent',
        disk: { freeBytes: 20 * 2 ** 30, totalBytes: 40 * 2 ** 30 },
        memoryBytes: 8 * 2 ** 30,
        takenPorts: [],
        named: await this.names.named(),
      }),
    });
  }

  async status(): Promise<NodeStatus | null> {
    // The agent may die while it is asked.
    const last = this.#tick;
    if (last === null) return null;
    const containers = await this.containers();
    return nodeStatus({
      release: this.#release.release,
      view: { ...last.view, containers },
      storage: this.#storage,
      copies: await this.mount.copies(),
      content: this.#content(containers),
      krillAnswers: containers.some(({ name }) => name === 'krill'),
      krillRefusal: null,
      held: null,
      doing: describeTick(last),
    });
  }

  async containers(): Promise<readonly ContainerState[]> {
    const { containers } = this.machine;
    return [...(await containers.list()), ...(await containers.singletons())];
  }

  /** What the three programs of the serving stack would give to a client on this machine. */
  #content(containers: readonly ContainerState[]): ServedContent {
    const { settings, serving } = this.#tick?.view.memory ?? {};
    if (!settings || !serving) {
      return { ...nothing, httpProblem: 'nothing is served yet', rsyncProblem: null };
    }
    const runs = (part: string): boolean => containers.some(({ name }) => name === part);
    const nginx = runs('nginx') ? null : 'NGINX: connection refused';
    if (settings.krill.mode === 'third-party') {
      return { ...nothing, httpProblem: nginx, rsyncProblem: null };
    }
    const found = this.#published ? null : 'NGINX: HTTP status 404 for the notification';
    const rsyncProblem = runs('rsyncd') ? null : 'rsyncd: connection refused';
    return { session: 's', serial: 1, httpProblem: nginx ?? found, rsyncProblem };
  }

  /** krillsync: what is on the volume is then on the local disk, and stays there. */
  async #synchronise(): Promise<void> {
    const source = `${onVolume.krillData}/repo/rrdp/notification.xml`;
    const running = await this.machine.containers.list();
    if (!running.some(({ name }) => name === 'krillsync')) return;
    if (this.mount.tree?.files.has(source)) this.#published = true;
  }

  #holdsBrick(): boolean {
    const { ip, host } = this.machine;
    const volume = this.#pools.poolOf(ip).volumes.get(volumeName);
    return (
      volume !== undefined &&
      volume.status !== 'created' &&
      volume.bricks.some((brick) => brick.host === hostName(host.ip))
    );
  }

  /** What a bind can name: on the volume while it is mounted, of the package, on our own disk. */
  #exists(path: string): boolean {
    if (path.startsWith(`${paths.volume}/`)) {
      return this.mount.tree?.directories.has(path.slice(paths.volume.length + 1)) ?? false;
    }
    // Its agent makes those when it starts.
    if (path.startsWith(`${paths.run}/`)) return true;
    return path.startsWith('/opt/krillmanager/') || this.local.exists(path);
  }
}
