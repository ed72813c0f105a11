import {
  ownerLabel,
  type ServiceState,
  type SingletonSpec,
  specHash,
  specHashLabel,
} from '@krillmanager/core';
import type { Service } from 'dockerode';
import { containerName } from './create-options.ts';
import type { LedEngine } from './led-engine.ts';
import { settleDeadlineMs } from './policy.ts';
import { serviceSpec } from './service-spec.ts';
import { serviceState, type TaskObject } from './service-state.ts';
import { until } from './until.ts';

/** The services of a Swarm that are ours (they carry our label), through one of its managers. */
export class SwarmServices {
  readonly #engine: LedEngine;

  constructor(engine: LedEngine) {
    this.#engine = engine;
  }

  async list(): Promise<readonly ServiceState[]> {
    const label = [ownerLabel];
    const services = await this.#engine.ask('listing the services', (docker) =>
      docker.listServices({ filters: { label } }),
    );
    const tasks = await this.#tasks();
    return services.map((service) => serviceState(service, tasks));
  }

  async apply(spec: SingletonSpec): Promise<void> {
    const current = await this.#find(spec.name);
    if (!current) return this.#create(spec);
    if (current.Spec?.Labels?.[specHashLabel] === specHash(spec)) return;
    await this.#update(spec, current);
  }

  async #create(spec: SingletonSpec): Promise<void> {
    await this.#engine.ask(`creating the service ${spec.name}`, (docker) =>
      docker.createService(serviceSpec(spec)),
    );
  }

  /** An update names the version it was made from: when another came in between, make it anew. */
  async #update(spec: SingletonSpec, seen: Service): Promise<void> {
    const options = { _query: { version: seen.Version?.Index }, _body: serviceSpec(spec) };
    try {
      await this.#engine.ask(`updating the service ${spec.name}`, async (docker) => {
        await docker.getService(seen.ID).update(options);
      });
    } catch (error) {
      const now = await this.#find(spec.name);
      if (!now || now.Version?.Index === seen.Version?.Index) throw error;
      await this.apply(spec);
    }
  }

  /** Returns when its containers have stopped too; not awaited for ever, a node may be dead. */
  async remove(name: string): Promise<void> {
    const service = await this.#find(name);
    if (!service) return;
    await this.#engine.find(`removing the service ${name}`, async (docker) => {
      await docker.getService(service.ID).remove();
    });
    await until(settleDeadlineMs, async () => {
      const tasks = await this.#tasks();
      return tasks.every(({ ServiceID }) => ServiceID !== service.ID);
    });
  }

  /** All of them: a filter by a service that has just been removed is refused. */
  #tasks(): Promise<readonly TaskObject[]> {
    return this.#engine.ask('listing the tasks', (docker) => docker.listTasks());
  }

  async #find(name: string): Promise<Service | null> {
    return this.#engine.find(`looking at the service ${name}`, (docker) =>
      docker.getService(containerName(name)).inspect(),
    );
  }
}
