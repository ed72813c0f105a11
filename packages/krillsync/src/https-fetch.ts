import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, type AgentOptions, request } from 'node:https';
import { createSecureContext, getCACertificates } from 'node:tls';
import { errorCode, KrillsyncError, messageOf, SourceMoved } from './krillsync-error.ts';
import { type HttpsLimits, httpsLimits } from './limits.ts';

export interface HttpsOptions {
  /** PEM; these certificates are trusted beside Node's and the system's. */
  readonly caFile?: string;
  /** `user:password`. */
  readonly auth?: string;
  /** Any certificate is taken. */
  readonly insecure: boolean;
  /** For https_proxy and no_proxy. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly limits?: Partial<HttpsLimits>;
  readonly userAgent: string;
}

const proxyNames = ['https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];
const minVersion = 'TLSv1.2';
/** OpenSSL's names for a chain that leads to nobody whom we know. */
const untrustedCodes: readonly (string | undefined)[] = [
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
];
const redirects = [301, 302, 303, 307, 308];

/** GETs over connections that are kept, with a limit on everything that can take long. */
export class HttpsFetcher {
  readonly #options: AgentOptions;
  #agent: Agent;
  #knowsSystem = false;
  readonly #limits: HttpsLimits;
  readonly #userAgent: string;
  readonly #auth: string | undefined;

  /** @throws KrillsyncError (usage) when the CA file cannot be read. */
  constructor({ auth, caFile, insecure, env, limits, userAgent }: HttpsOptions) {
    this.#limits = { ...httpsLimits, ...limits };
    this.#userAgent = userAgent;
    this.#auth = auth;
    const proxyEnv = Object.fromEntries(proxyNames.map((name) => [name, env[name]]));
    this.#options = {
      keepAlive: true,
      maxSockets: 4,
      minVersion,
      rejectUnauthorized: !insecure,
      ...(caFile === undefined ? {} : { ca: [...getCACertificates(), readAuthority(caFile)] }),
      proxyEnv,
    };
    this.#agent = new Agent(this.#options);
  }

  /**
   * Follows redirects within the origin. Answers are 200 or 304; anything else is an error.
   *
   * @throws KrillsyncError (source); SourceMoved for a file that is not there; RequestRefused.
   */
  async get(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    let at = url;
    for (let hop = 0; hop <= this.#limits.redirectsMaxCount; hop += 1) {
      const response = await this.#patient(at, headers);
      const { statusCode = 0 } = response;
      if (statusCode === 200 || statusCode === 304) return response;
      response.destroy();
      if (!redirects.includes(statusCode)) throw unusable(at, statusCode);
      at = sameOrigin(at, response.headers.location);
    }
    throw new KrillsyncError(
      'source',
      `${url.href} redirects more than ${this.#limits.redirectsMaxCount} times`,
    );
  }

  /** Tries again, each time after a longer pause, what may pass: no connection, 5xx, 429. */
  async #patient(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt += 1) {
      const isLast = attempt >= this.#limits.attemptsMaxCount;
      try {
        const response = await this.#once(url, headers);
        const { statusCode = 0 } = response;
        if (isLast || !(statusCode >= 500 || statusCode === 429)) return response;
        response.destroy();
      } catch (cause) {
        if (isUntrusted(cause) && this.#trustSystem()) {
          attempt -= 1;
          continue;
        }
        const message = `cannot fetch ${url.href}: ${reasonOf(cause)}`;
        if (isLast) throw new KrillsyncError('source', message, { cause });
      }
      const pauseMs = this.#limits.retryMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  #once(url: URL, headers: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    const { connectMs, idleMs, totalMs } = this.#limits;
    return new Promise((resolve, reject) => {
      const call = request(url, {
        agent: this.#agent,
        auth: this.#auth,
        headers: { ...headers, 'user-agent': this.#userAgent, 'accept-encoding': 'gzip' },
      });
      const total = setTimeout(() => call.destroy(new Error(`took over ${totalMs} ms`)), totalMs);
      total.unref();
      call.setTimeout(idleMs, () => call.destroy(new Error(`nothing came for ${idleMs} ms`)));
      limitConnecting(call, connectMs);
      call.on('close', () => clearTimeout(total));
      call.on('error', reject);
      call.on('response', resolve);
      call.end();
    });
  }

  /**
   * Most sources have certificates of authorities that Node itself knows. To read those of the
   * system takes longer than a whole run, so it is done for a source that needs them.
   *
   * @returns false when that was done before.
   */
  #trustSystem(): boolean {
    if (this.#knowsSystem) return false;
    this.#knowsSystem = true;
    const { ca = getCACertificates() } = this.#options;
    const all = new Set([ca, getCACertificates('system')].flat());
    this.#agent.destroy();
    // Made once: hundreds of authorities take a while to read for each connection.
    const secureContext = createSecureContext({ ca: [...all], minVersion });
    this.#agent = new Agent({ ...this.#options, secureContext });
    return true;
  }

  close(): void {
    this.#agent.destroy();
  }
}

const isUntrusted = (error: unknown): boolean => untrustedCodes.includes(errorCode(error));

/** Node's own text has a hint for people who start Node. */
const reasonOf = (error: unknown): string =>
  isUntrusted(error)
    ? `its certificate is of no trusted authority (see --ca-file): ${errorCode(error)}`
    : messageOf(error);

function limitConnecting(call: ClientRequest, ms: number): void {
  call.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => call.destroy(new Error(`no connection in ${ms} ms`)), ms);
    const done = () => clearTimeout(timer);
    socket.once('secureConnect', done).once('close', done);
  });
}

function readAuthority(caFile: string): string {
  try {
    return readFileSync(caFile, 'utf8');
  } catch (cause) {
    throw new KrillsyncError('usage', `cannot read the CA file ${caFile}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** RFC 9674, 2: what is fetched from another origin is not this repository's. */
function sameOrigin(from: URL, location: string | undefined): URL {
  const to = location === undefined ? undefined : URL.parse(location, from.href);
  if (to && to.origin === from.origin && to.username === '' && to.password === '') return to;
  const where = JSON.stringify((location ?? '').slice(0, 300));
  throw new KrillsyncError('source', `${from.href} redirects to ${where}, which is another origin`);
}

/** The answer to a request that may have said too much, or what the source does not understand. */
export class RequestRefused extends KrillsyncError {
  constructor(message: string) {
    super('source', message);
    this.name = 'RequestRefused';
  }
}

function unusable(url: URL, status: number): KrillsyncError {
  const message = `${url.href} answers ${status}`;
  if (status === 404 || status === 410) return new SourceMoved(message);
  const isOfRequest = status === 400 || status === 412 || status === 431;
  return isOfRequest ? new RequestRefused(message) : new KrillsyncError('source', message);
}
