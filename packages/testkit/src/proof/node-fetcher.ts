import { Agent, request } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const deadlineMs = 10_000;
/** As a balancer's health check: a node that cannot be reached is left alone for a while. */
const avoidedMs = 3000;

/**
 * GET over connections that are kept. A node that cannot be reached is not a failure of the
 * repository: as a balancer does, another one is asked, and that is counted.
 */
export class NodeFetcher {
  unreachable = 0;
  readonly #ips: readonly string[];
  readonly #ca: Buffer;
  readonly #agents = new Map<string, Agent>();
  readonly #avoidedUntil = new Map<string, number>();

  constructor(ips: readonly string[], ca: Buffer) {
    this.#ips = ips;
    this.#ca = ca;
    for (const ip of ips) this.#agents.set(ip, new Agent({ keepAlive: true, maxSockets: 4 }));
  }

  /** From a node chosen at random. @throws when no node can be reached. */
  async get(path: string): Promise<Answer & { readonly from: string }> {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const from = this.#choose();
      try {
        return { ...(await this.getFrom(from, path)), from };
      } catch {
        this.unreachable += 1;
        this.#avoidedUntil.set(from, Date.now() + avoidedMs);
      }
    }
    throw new Error(`no node can be reached for ${path}`);
  }

  getFrom(ip: string, path: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: ip,
          servername: 'rrdp.lab',
          headers: { host: 'rrdp.lab' },
          path,
          ca: this.#ca,
          agent: this.#agents.get(ip),
          timeout: deadlineMs,
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks) }),
          );
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('timeout')));
      asked.on('error', reject);
      asked.end();
    });
  }

  choose(): string {
    return this.#choose();
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #choose(): string {
    const now = Date.now();
    const usable = this.#ips.filter((ip) => (this.#avoidedUntil.get(ip) ?? 0) < now);
    const from = usable.length > 0 ? usable : this.#ips;
    return from[Math.floor(Math.random() * from.length)] ?? '';
  }
}
