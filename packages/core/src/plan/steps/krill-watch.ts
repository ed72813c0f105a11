import type { Ip } from '../../model/ip.ts';
import type { KrillRefusal } from '../../model/krill-refusal.ts';
import { hasPart } from '../../model/node-status.ts';
import { UserError } from '../../model/user-error.ts';
import type { Ports } from '../../ports/ports.ts';

/** An agent's answer costs it a look at everything it serves. */
const askEveryMs = 1000;
/** Refusals of a supervisor that has ended meanwhile are not said anew. */
const timesToBelieve = 3;

/** What the agents say of Krill on their nodes while `init` waits for it. */
export class KrillWatch {
  readonly #ports: Pick<Ports, 'agents' | 'clock'>;
  readonly #nodes: readonly Ip[];
  readonly #heard = new Map<Ip, Set<number>>();
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #answers = false;

  constructor(ports: Pick<Ports, 'agents' | 'clock'>, nodes: readonly Ip[]) {
    this.#ports = ports;
    this.#nodes = nodes;
  }

  /** Nothing that was heard before counts. */
  forget(): void {
    this.#askedAtMs = Number.NEGATIVE_INFINITY;
  }

  /**
   * Whether Krill answers on one of the nodes.
   * @throws UserError with the reason why it is not started, once that stands
   */
  async look(): Promise<boolean> {
    const { agents, clock } = this.#ports;
    if (clock.now() - this.#askedAtMs < askEveryMs) return this.#answers;
    this.#askedAtMs = clock.now();
    const found = await Promise.all(
      this.#nodes.map(async (ip) => ({ ip, status: await agents.status(ip) })),
    );
    for (const { ip, status } of found) {
      if (status?.krillRefusal) this.#believe(ip, status.krillRefusal);
    }
    this.#answers = found.some(({ status }) => hasPart(status, 'krill'));
    return this.#answers;
  }

  #believe(ip: Ip, { because, todo, atMs }: KrillRefusal): void {
    const heard = this.#heard.get(ip) ?? new Set();
    this.#heard.set(ip, heard.add(atMs));
    if (heard.size < timesToBelieve) return;
    throw new UserError(`Krill is not started on ${ip}: ${because}`, { hint: todo });
  }
}
