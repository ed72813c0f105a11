import Dockerode from 'dockerode';
import { agreedVersion } from './api-version.ts';
import { dockerFailure, statusOf } from './failure.ts';
import { newestApi, requestDeadlineMs } from './policy.ts';
import { within } from './within.ts';

export interface DockerSocket {
  /** dockerd's Unix socket, e.g. /run/docker.sock */
  readonly socketPath: string;
}

/** Talks to one dockerd over kept-alive connections, in the API version that both sides know. */
export class Engine {
  readonly socketPath: string;
  #agreed: Dockerode | null = null;

  constructor({ socketPath }: DockerSocket) {
    this.socketPath = socketPath;
  }

  /**
   * One request or a few, within a deadline. `what` begins the message, e.g. "starting nginx".
   * @throws UserError whatever goes wrong; {@link statusOf} tells dockerd's answer.
   */
  async ask<T>(
    what: string,
    request: (docker: Dockerode) => Promise<T>,
    deadlineMs = requestDeadlineMs,
  ): Promise<T> {
    try {
      return await within(deadlineMs, this.#inAgreedVersion(request));
    } catch (error) {
      this.#doubtVersion(error);
      throw dockerFailure(what, this.socketPath, error);
    }
  }

  /** As {@link ask}, with null for "no such thing" (404). */
  async find<T>(what: string, request: (docker: Dockerode) => Promise<T>): Promise<T | null> {
    try {
      return await this.ask(what, request);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }

  /** As {@link ask}, for as long as it takes. */
  async attend<T>(what: string, request: (docker: Dockerode) => Promise<T>): Promise<T> {
    try {
      return await this.#inAgreedVersion(request);
    } catch (error) {
      throw dockerFailure(what, this.socketPath, error);
    }
  }

  async #inAgreedVersion<T>(request: (docker: Dockerode) => Promise<T>): Promise<T> {
    this.#agreed ??= await this.#agree();
    return request(this.#agreed);
  }

  async #agree(): Promise<Dockerode> {
    const { socketPath } = this;
    const { ApiVersion } = await new Dockerode({ socketPath }).version();
    return new Dockerode({ socketPath, version: `v${agreedVersion(ApiVersion, newestApi)}` });
  }

  /** dockerd may have been upgraded, or put back, since the last request. */
  #doubtVersion(error: unknown): void {
    const status = statusOf(error);
    if (status === null || status === 400) this.#agreed = null;
  }
}
