import { type Ip, messageOf, onVolume } from '@krillmanager/core';
import type { View } from '../node/view.ts';
import { monotonicMs } from './monotonic.ts';
import type { Readmission } from './readmission.ts';
import { type NodeRequest, parseRequest, requestPath } from './requests.ts';
import { type SigningPorts, signCertificate } from './sign-certificate.ts';

/** The leader of the Swarm gives the nodes of the cluster what they asked for; of others nothing. */
export class RequestAnswers {
  readonly #ports: SigningPorts;
  readonly #readmission: Pick<Readmission, 'advance'>;
  readonly #warn: (line: string) => void;
  /** What was last said of a request that fails again and again. */
  readonly #told = new Map<string, string>();

  constructor(
    ports: SigningPorts,
    readmission: Pick<Readmission, 'advance'>,
    warn: (line: string) => void,
  ) {
    this.#ports = ports;
    this.#readmission = readmission;
    this.#warn = warn;
  }

  /** One that fails does not keep the others waiting. @throws Error when they cannot be listed */
  async answer(view: View, self: Ip): Promise<void> {
    const nodes = view.volume?.settings?.nodes ?? [];
    for (const name of await this.#ports.volume.list(onVolume.requests)) {
      const request = parseRequest(name);
      if (request === null) continue;
      await this.#answerOne(request, self, nodes).then(
        () => this.#told.delete(name),
        (error: unknown) => this.#tell(name, messageOf(error)),
      );
    }
  }

  async #answerOne(request: NodeRequest, self: Ip, nodes: readonly Ip[]): Promise<void> {
    const { ip, wants } = request;
    if (!nodes.includes(ip)) await this.#ports.volume.remove(requestPath(request));
    else if (wants === 'certificate') await signCertificate(this.#ports, ip);
    else await this.#readmission.advance(ip, self, nodes, monotonicMs());
  }

  #tell(name: string, trouble: string): void {
    if (this.#told.get(name) !== trouble) this.#warn(`request ${name} not answered: ${trouble}`);
    this.#told.set(name, trouble);
  }
}
