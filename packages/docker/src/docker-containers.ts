import { access } from 'node:fs/promises';
import {
  type ContainerSpec,
  type ContainerState,
  type Containers,
  type EngineInfo,
  type OnceStreams,
  ownerLabel,
  specHash,
  UserError,
} from '@krillmanager/core';
import type { Container, ContainerInspectInfo } from 'dockerode';
import { containerState } from './container-state.ts';
import { containerName, lastingOptions, onceOptions } from './create-options.ts';
import { type DockerSocket, Engine } from './engine.ts';
import { engineInfo } from './engine-info.ts';
import { statusOf } from './failure.ts';
import { canHandOver, retire, retiredName, successorName, takeOver } from './handover.ts';
import { loaded } from './image-archive.ts';
import { listedState } from './listed-state.ts';
import { loadDeadlineMs, settleDeadlineMs, stopMarginMs } from './policy.ts';
import { runAttached } from './run-once.ts';
import { until } from './until.ts';

/** The plain containers of one dockerd. */
export const dockerContainers = (socket: DockerSocket): Containers =>
  new DockerContainers(new Engine(socket));

/** Docker's own label on the container of a task. */
const swarmServiceLabel = 'com.docker.swarm.service.name';

const partOfService = (service: string): string | null =>
  service.startsWith(containerName('')) ? service.slice(containerName('').length) : null;

class DockerContainers implements Containers {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  info(): Promise<EngineInfo> {
    return this.#engine.ask('asking Docker for its version', async (docker) =>
      engineInfo(await docker.info(), await docker.version()),
    );
  }

  async list(): Promise<readonly ContainerState[]> {
    const filters = { label: [ownerLabel] };
    const found = await this.#engine.ask('listing the containers', (docker) =>
      docker.listContainers({ all: true, filters }),
    );
    const inspected = await Promise.all(found.map(({ Id }) => this.#inspect(Id)));
    return inspected
      .flatMap((each) => (each ? [listedState(each)] : []))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async singletons(): Promise<readonly ContainerState[]> {
    const listed = await this.#engine.ask("listing Swarm's containers", (docker) =>
      docker.listContainers({ filters: { label: [swarmServiceLabel] } }),
    );
    const ours = listed.flatMap(({ Id, Labels }) => {
      const name = partOfService(Labels[swarmServiceLabel] ?? '');
      return name === null ? [] : [{ Id, name }];
    });
    const inspected = await Promise.all(
      ours.map(async ({ Id, name }) => ({ name, found: await this.#inspect(Id) })),
    );
    return inspected.flatMap(({ name, found }) =>
      found === null ? [] : [{ ...containerState(found), name }],
    );
  }

  async apply(spec: ContainerSpec): Promise<void> {
    const current = await this.#inspect(containerName(spec.name));
    if (!current || containerState(current).specHash !== specHash(spec))
      return this.#replace(spec, current);
    if (!current.State.Running) await this.#start(spec.name);
  }

  /**
   * The new one is made before the old one is stopped: what Docker refuses to make (a missing
   * image, a missing bind source) must not cost the one that serves. Where both can listen, the new
   * one answers before the old one stops to; interrupted anywhere, the next attempt goes on.
   */
  async #replace(spec: ContainerSpec, current: ContainerInspectInfo | null): Promise<void> {
    const { name } = spec;
    const next = await this.#successor(spec);
    if (current && canHandOver(current, spec)) {
      await this.#handOver(spec, next, current);
    } else {
      await this.remove(name);
    }
    await this.#engine.ask(`renaming ${name}`, () => next.rename({ name: containerName(name) }));
    if (!(await this.#inspect(containerName(name)))?.State.Running) await this.#start(name);
  }

  async #successor(spec: ContainerSpec): Promise<Container> {
    const found = await this.#inspect(successorName(spec.name));
    if (found && containerState(found).specHash === specHash(spec)) {
      return this.#engine.ask(`finding ${spec.name}`, async (docker) =>
        docker.getContainer(found.Id),
      );
    }
    await this.#discard(successorName(spec.name));
    return this.#engine.ask(`creating ${spec.name}`, (docker) =>
      docker.createContainer(lastingOptions(spec, successorName(spec.name))),
    );
  }

  async #handOver(
    spec: ContainerSpec,
    next: Container,
    { Id }: ContainerInspectInfo,
  ): Promise<void> {
    try {
      await takeOver(this.#engine, next, spec);
    } catch (error) {
      await this.#discard(successorName(spec.name));
      throw error;
    }
    await this.#discard(retiredName(spec.name));
    const old = await this.#engine.ask(`finding ${spec.name}`, async (docker) =>
      docker.getContainer(Id),
    );
    await retire(this.#engine, old, spec);
  }

  async remove(name: string): Promise<void> {
    await this.#discard(containerName(name));
  }

  async #discard(dockerName: string): Promise<void> {
    const current = await this.#inspect(dockerName);
    if (!current) return;
    await this.#stop(dockerName, current);
    const gone = async () => (await this.#inspect(current.Id)) === null;
    try {
      await this.#engine.ask(`removing ${dockerName}`, (docker) =>
        docker.getContainer(current.Id).remove({ force: true, v: true }),
      );
    } catch (error) {
      // Another removal may be under way (409), or have come first (404).
      if (statusOf(error) === null || !(await until(settleDeadlineMs, gone))) throw error;
    }
  }

  /** dockerd knows the grace time of each container. */
  async #stop(dockerName: string, { Id, State, Config }: ContainerInspectInfo): Promise<void> {
    if (!State.Running) return;
    const grace = Number(Reflect.get(Config, 'StopTimeout') ?? 10) * 1000;
    const stop = `stopping ${dockerName}`;
    const stopped = this.#engine.ask(
      stop,
      (docker) => docker.getContainer(Id).stop(),
      grace + stopMarginMs,
    );
    await stopped.catch((error: unknown) => {
      // 304: it had stopped by itself. 404: and was removed.
      if (statusOf(error) !== 304 && statusOf(error) !== 404) throw error;
    });
  }

  async #start(name: string): Promise<void> {
    await this.#engine.ask(`starting ${name}`, async (docker) => {
      await docker.getContainer(containerName(name)).start();
    });
  }

  async restart(name: string): Promise<void> {
    const current = await this.#inspect(containerName(name));
    if (!current) throw new UserError(`there is no container ${containerName(name)} to restart`);
    await this.#stop(containerName(name), current);
    await this.#start(name);
  }

  async signal(name: string, signal: string): Promise<void> {
    await this.#engine.ask(`sending ${signal} to ${name}`, async (docker) => {
      await docker.getContainer(containerName(name)).kill({ signal });
    });
  }

  async missingImages(refs: readonly string[]): Promise<readonly string[]> {
    const found = await Promise.all(
      refs.map((ref) =>
        this.#engine.find(`looking for ${ref}`, (docker) => docker.getImage(ref).inspect()),
      ),
    );
    return refs.filter((_, at) => found[at] === null);
  }

  async loadImages(archivePath: string): Promise<void> {
    const what = `loading the images of ${archivePath}`;
    await access(archivePath).catch((cause: unknown) => {
      throw new UserError(`${what}: the file cannot be read`, { cause });
    });
    await this.#engine.ask(
      what,
      async (docker) => {
        const report = await docker.loadImage(archivePath, { quiet: true });
        await loaded(archivePath, report);
      },
      loadDeadlineMs,
    );
  }

  async runOnce(spec: ContainerSpec, streams: OnceStreams): Promise<number> {
    const created = await this.#engine.ask(`creating ${spec.name}`, (docker) =>
      docker.createContainer(onceOptions(spec, streams.stdin !== null)),
    );
    try {
      return await this.#engine.attend(`running ${spec.name}`, (docker) =>
        runAttached(docker, created, streams),
      );
    } catch (error) {
      // AutoRemove takes away what has ended, not what has never started.
      await this.#discard(created.id).catch(() => undefined);
      throw error;
    }
  }

  #inspect(dockerName: string): Promise<ContainerInspectInfo | null> {
    return this.#engine.find(`looking at ${dockerName}`, (docker) =>
      docker.getContainer(dockerName).inspect(),
    );
  }
}
