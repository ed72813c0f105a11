import type Dockerode from 'dockerode';
import type { Engine } from './engine.ts';
import { statusOf } from './failure.ts';
import { membership, type SwarmInfo } from './membership.ts';
import { electionDeadlineMs } from './policy.ts';
import { until } from './until.ts';

type Request<T> = (docker: Dockerode) => Promise<T>;

/**
 * Asks a manager what only the Swarm's leader can answer. After a server was cut off, and when one
 * comes back, the managers elect a leader anew, which may take some ten seconds and several attempts:
 * that is waited for, and the question put once more.
 */
export class LedEngine {
  readonly #engine: Engine;
  readonly #patienceMs: number;

  constructor(engine: Engine, patienceMs = electionDeadlineMs) {
    this.#engine = engine;
    this.#patienceMs = patienceMs;
  }

  ask<T>(what: string, request: Request<T>): Promise<T> {
    return this.#led(() => this.#engine.ask(what, request));
  }

  find<T>(what: string, request: Request<T>): Promise<T | null> {
    return this.#led(() => this.#engine.find(what, request));
  }

  async #led<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      const refused = (statusOf(error) ?? 0) >= 500;
      if (!refused || (await this.#isLed())) throw error;
      if (!(await until(this.#patienceMs, () => this.#isLed()))) throw error;
      return await attempt();
    }
  }

  /** What is no manager will not be led by waiting. */
  async #isLed(): Promise<boolean> {
    const { Swarm } = await this.#engine.ask<{ Swarm: SwarmInfo }>(
      'asking Docker for its Swarm',
      (docker) => docker.info(),
    );
    const { manager, problem } = membership(Swarm);
    return !manager || problem === null;
  }
}
