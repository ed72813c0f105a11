import { Agent, request } from 'node:https';

const roa = { asn: 64_990, prefix: '10.0.0.0/24', max_length: 24 };

/** Has Krill publish through any node: a ROA comes, a ROA goes. */
export class Publisher {
  published = 0;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** One change, one serial; resolves when Krill has done it. */
  async publish(isThere: boolean): Promise<void> {
    const change = isThere ? { added: [roa], removed: [] } : { added: [], removed: [roa] };
    const { ips } = this.#options;
    const { status, body } = await this.#post(ips[this.published % ips.length] ?? '', change);
    if (status !== 200) throw new Error(`Krill: ${status} ${body}`);
    this.published += 1;
  }

  /** Leaves Krill without the ROA, by whichever node answers. @throws Error when none does. */
  async withdraw(): Promise<void> {
    const asked: string[] = [];
    for (const ip of [...this.#options.ips, ...this.#options.ips]) {
      const gone = this.#post(ip, { added: [], removed: [roa] });
      const { status, body } = await gone.catch((error: unknown) => ({
        status: undefined,
        body: String(error),
      }));
      // Krill refuses to remove what it does not have.
      if (status === 200 || status === 400) return;
      asked.push(`${ip}: ${status} ${body}`);
    }
    throw new Error(`the ROA is not withdrawn: ${asked.join('; ')}`);
  }

  #post(host: string, change: object): Promise<{ status: number | undefined; body: string }> {
    const { ca, token } = this.#options;
    return new Promise((resolve, reject) => {
      const headers = {
        host: 'krill.lab',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      };
      const path = '/api/v1/cas/benchmark-0/routes';
      const options = { host, servername: 'krill.lab', headers, path, method: 'POST', ca };
      const asked = request({ ...options, agent: this.#agent, timeout: 30_000 }, (answer) => {
        let body = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          body += chunk;
        });
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode, body }));
      });
      asked.on('timeout', () => asked.destroy(new Error('timeout')));
      asked.on('error', reject);
      asked.end(JSON.stringify(change));
    });
  }
}

export interface PublisherOptions {
  readonly ips: readonly string[];
  readonly ca: Buffer;
  readonly token: string;
}

/** A serial a second, or as fast as Krill can, from now on until it is stopped. */
export class Publishing {
  readonly failures: string[] = [];
  #stopped = false;
  readonly #publisher: Publisher;
  readonly #everyMs: number;
  readonly #running: Promise<void>;

  /** `everyMs`: from one change to the next; more when Krill takes longer. */
  constructor(options: PublisherOptions, everyMs: number) {
    this.#publisher = new Publisher(options);
    this.#everyMs = everyMs;
    this.#running = this.#run();
  }

  get published(): number {
    return this.#publisher.published;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await this.#publisher.withdraw().finally(() => this.#publisher.close());
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#stopped; turn += 1) {
      const began = performance.now();
      const done = this.#publisher.publish(turn % 2 === 0);
      await done.catch((error: unknown) => this.failures.push(String(error)));
      const left = this.#everyMs - (performance.now() - began);
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    }
  }
}
