import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../run-program.ts';

export type RelyingPartyName = 'rpki-client' | 'fort' | 'routinator';
export type Transport = 'rrdp' | 'rsync';

export interface Repository {
  /** Where the public names resolve to. */
  readonly ip: string;
  readonly names: readonly string[];
  /** PEM file of the authority that signed NGINX's certificate. */
  readonly authority: string;
  readonly tal: string;
  /** Directory with the routinator program. */
  readonly routinator: string;
}

export interface Validation {
  /** One "prefix => AS" a VRP, sorted. */
  readonly vrps: readonly string[];
  readonly log: string;
}

const deadlineMs = 120_000;

/** Lets a real validator validate the repository once, from an empty cache. */
export async function validate(
  name: RelyingPartyName,
  transport: Transport,
  repository: Repository,
): Promise<Validation> {
  const party = new RelyingParty(name, transport, repository);
  try {
    return await party.run();
  } finally {
    party.remove();
  }
}

/** A real validator that keeps its cache from run to run. */
export class RelyingParty {
  readonly name: RelyingPartyName;
  readonly transport: Transport;
  readonly #repository: Repository;
  readonly #scratch = mkdtempSync(join(tmpdir(), 'relying-party-'));

  constructor(name: RelyingPartyName, transport: Transport, repository: Repository) {
    this.name = name;
    this.transport = transport;
    this.#repository = repository;
    furnish(this.#scratch, repository);
  }

  async run(): Promise<Validation> {
    const { name, transport } = this;
    const { authority, routinator } = this.#repository;
    rmSync(join(this.#scratch, 'out/csv'), { force: true });
    const script = command(name, transport, this.#scratch);
    const finished = await runProgram('unshare', unshared(this.#scratch, script), {
      env: {
        ...process.env,
        SSL_CERT_FILE: authority,
        PATH: `${routinator}:${process.env['PATH']}`,
      },
      deadlineMs,
    });
    const log = finished.stderr + finished.stdout;
    return { vrps: vrpsOf(name, this.#scratch), log };
  }

  remove(): void {
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

function furnish(scratch: string, { ip, names, authority, tal }: Repository): void {
  for (const name of ['cache', 'out', 'tals', 'cas']) {
    mkdirSync(join(scratch, name));
    chmodSync(join(scratch, name), 0o777);
  }
  chmodSync(scratch, 0o755);
  writeFileSync(join(scratch, 'hosts'), `127.0.0.1 localhost\n${ip} ${names.join(' ')}\n`);
  writeFileSync(join(scratch, 'tals/test.tal'), readFileSync(tal));
  writeFileSync(join(scratch, 'cas/ca.pem'), readFileSync(authority));
}

/** A mount namespace of its own, in which the public names are the host's. */
const unshared = (scratch: string, script: string): readonly string[] => [
  '--mount',
  '--propagation=private',
  'bash',
  '-euc',
  `mount --bind ${scratch}/hosts /etc/hosts; openssl rehash ${scratch}/cas; ${script}`,
];

function command(name: RelyingPartyName, transport: Transport, at: string): string {
  const rsync = transport === 'rsync';
  switch (name) {
    case 'rpki-client':
      return `exec rpki-client -v -c ${rsync ? '-R' : ''} -t ${at}/tals/test.tal -d ${at}/cache ${at}/out`;
    case 'fort':
      return `exec fort --mode=standalone --tal=${at}/tals/test.tal --local-repository=${at}/cache \
        --output.roa=${at}/out/csv --validation-log.enabled --http.ca-path=${at}/cas --${rsync ? 'http' : 'rsync'}.enabled=false`;
    case 'routinator':
      return `exec routinator --no-rir-tals --extra-tals-dir=${at}/tals --repository-dir=${at}/cache \
        --allow-dubious-hosts --rrdp-root-cert=${at}/cas/ca.pem --rrdp-fallback=never -v \
        --disable-${rsync ? 'rrdp' : 'rsync'} vrps --format=csv --output=${at}/out/csv`;
  }
}

/** All three write "ASN,prefix,max length,…" after a header line; columns differ in their order only. */
function vrpsOf(_name: RelyingPartyName, scratch: string): readonly string[] {
  const lines = readOrEmpty(join(scratch, 'out/csv')).trim().split('\n').slice(1);
  return lines
    .map((line) => line.split(','))
    .map((cells) => {
      const as = cells.find((cell) => /^AS\d+$/.test(cell)) ?? '?';
      const prefix = cells.find((cell) => cell.includes('/')) ?? '?';
      return `${prefix} => ${as}`;
    })
    .sort();
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
