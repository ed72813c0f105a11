import {
  type ContainerSpec,
  type ContainerState,
  type Containers,
  type EngineInfo,
  type OnceStreams,
  specHash,
  UserError,
} from '@krillmanager/core';
import type { FakeHost } from './fake-host.ts';
import { healthyMs } from './fake-policy.ts';
import type { FakeService } from './swarm-world.ts';

/** What a program does with what it reads. */
export type FakeProgram = (input: string) => {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
};

interface Running {
  readonly spec: ContainerSpec;
  readonly hash: string;
  readonly id: string;
  startedAtMs: number;
  restarts: number;
}

/** One dockerd's plain containers, in memory. */
export class FakeContainers implements Containers {
  readonly #host: FakeHost;
  readonly #running = new Map<string, Running>();
  /** Signals that were sent, as "name signal". */
  readonly signals: string[] = [];
  /** What the programs of {@link runOnce} do, by their command line joined with blanks. */
  readonly programs = new Map<string, FakeProgram>();
  /** Parts whose health check fails. */
  readonly unhealthy = new Set<string>();
  readonly #tasks: () => readonly FakeService[];
  #made = 0;

  /** `tasks`: what a Swarm runs here. */
  constructor(host: FakeHost, tasks: () => readonly FakeService[] = () => []) {
    this.#host = host;
    this.#tasks = tasks;
  }

  async info(): Promise<EngineInfo> {
    this.#host.answer('asking Docker for its version');
    return {
      version: '20.10.24',
      apiVersion: '1.41',
      liveRestore: false,
      rootless: false,
      usernsRemap: false,
      rootDir: '/var/lib/docker',
    };
  }

  async list(): Promise<readonly ContainerState[]> {
    this.#host.answer('listing the containers');
    return [...this.#running.values()]
      .map((each) => this.#state(each))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async singletons(): Promise<readonly ContainerState[]> {
    this.#host.answer("listing Swarm's containers");
    return this.#tasks().map(({ spec, hash, sinceMs }) =>
      this.#state({ spec, hash, id: `task-${spec.name}`, startedAtMs: sinceMs, restarts: 0 }),
    );
  }

  #state({ spec, hash, id, startedAtMs, restarts }: Running): ContainerState {
    const started = Math.max(startedAtMs, this.#host.upSinceMs);
    const health = this.#health(spec, started);
    return {
      name: spec.name,
      id,
      specHash: hash,
      running: true,
      health,
      illness: null,
      startedAtMs: started,
      restarts,
    };
  }

  #health(spec: ContainerSpec, startedAtMs: number): ContainerState['health'] {
    if (!spec.health) return 'none';
    if (this.#host.clock.now() < startedAtMs + healthyMs) return 'starting';
    return this.unhealthy.has(spec.name) ? 'unhealthy' : 'healthy';
  }

  async apply(spec: ContainerSpec): Promise<void> {
    const current = this.#running.get(spec.name);
    const hash = specHash(spec);
    if (current?.hash === hash) return;
    this.#refuse(spec);
    this.#made += 1;
    const id = `${this.#host.ip}-${this.#made}`;
    const startedAtMs = this.#host.clock.now();
    this.#running.set(spec.name, { spec, hash, id, startedAtMs, restarts: 0 });
  }

  #refuse({ name, image, mounts }: ContainerSpec): void {
    const what = `creating ${name}`;
    this.#host.answer(what);
    if (!this.#host.images.has(image)) throw new UserError(`${what}: No such image: ${image}`);
    const missing = mounts.find((mount) => mount.type === 'bind' && !this.#exists(mount.source));
    if (missing) throw new UserError(`${what}: a bind source does not exist`);
  }

  readonly #exists = (source: string): boolean => this.#host.directories?.has(source) ?? true;

  async remove(name: string): Promise<void> {
    this.#host.answer(`removing ${name}`);
    this.#running.delete(name);
  }

  async restart(name: string): Promise<void> {
    const container = this.#find(name, `restarting ${name}`);
    container.startedAtMs = this.#host.clock.now();
  }

  async signal(name: string, signal: 'SIGHUP' | 'SIGUSR1' | 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#find(name, `sending ${signal} to ${name}`);
    this.signals.push(`${name} ${signal}`);
  }

  #find(name: string, what: string): Running {
    this.#host.answer(what);
    const container = this.#running.get(name);
    if (!container) throw new UserError(`${what}: no such container`);
    return container;
  }

  async missingImages(refs: readonly string[]): Promise<readonly string[]> {
    this.#host.answer('looking for images');
    return refs.filter((ref) => !this.#host.images.has(ref));
  }

  async loadImages(archivePath: string): Promise<void> {
    this.#host.answer('loading images');
    const images = this.#host.archives.get(archivePath);
    if (!images) throw new UserError(`loading the images of ${archivePath}: no such archive`);
    for (const image of images) this.#host.images.add(image);
  }

  async runOnce(spec: ContainerSpec, streams: OnceStreams): Promise<number> {
    this.#refuse(spec);
    const program = this.programs.get(spec.argv.join(' '));
    if (!program) throw new UserError(`running ${spec.name}: no such program in this fake`);
    const { stdout, stderr, exitCode } = program(await textOf(streams.stdin));
    if (stdout !== '') streams.stdout(new TextEncoder().encode(stdout));
    if (stderr !== '') streams.stderr(new TextEncoder().encode(stderr));
    return exitCode;
  }
}

async function textOf(input: AsyncIterable<Uint8Array> | null): Promise<string> {
  let text = '';
  if (input) for await (const chunk of input) text += new TextDecoder().decode(chunk);
  return text;
}
