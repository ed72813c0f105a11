import { execFileSync } from 'node:child_process';
import { chmodSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { IpFamily } from '@krillmanager/core';
import { Lab, type LabHost, type LabPlace } from '../lab.ts';
import { runProgram } from '../run-program.ts';
import {
  type RelyingPartyName,
  type Repository,
  type Transport,
  type Validation,
  validate,
} from './relying-party.ts';
import { eventually } from './until.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const names = ['krill.lab', 'rrdp.lab', 'rsync.lab'];
const rsyncFollowsMs = 90_000;
const quickstartDeadlineMs = 30 * 60_000;

/** What `krillmanager status --json` promises. */
export interface StatusJson {
  readonly ok: boolean;
  readonly cluster: { readonly id: string; readonly epoch: number };
  readonly nodes: readonly {
    readonly ip: string;
    readonly role: 'master' | 'slave';
    readonly online: boolean;
    readonly storage: string;
    readonly swarm: string;
    readonly session: string | null;
    readonly serial: number | null;
    readonly problems: readonly string[];
  }[];
  readonly services: readonly { name: string; running: number; desired: number }[];
  readonly krill: { readonly node: string | null };
  readonly uris: Readonly<Record<'ui' | 'api' | 'rrdp' | 'rsync', string | null>>;
}

/** A cluster in a lab of its own, made by the quickstart. */
export class Cluster {
  readonly lab: Lab;
  readonly #place: LabPlace;
  readonly #prefix: string;

  /** `family`: of the nodes' addresses in the cluster. */
  constructor(place: LabPlace, family: IpFamily = 'ipv4') {
    this.#place = place;
    this.#prefix = family === 'ipv4' ? `${place.net}.` : place.net6;
    this.lab = new Lab(place);
  }

  async quickstart(nodes = 3): Promise<string> {
    const { dir, net, net6 } = this.#place;
    const finished = await runProgram(`${root}scripts/quickstart`, ['--nodes', String(nodes)], {
      env: { ...process.env, LAB_DIR: dir, LAB_NET: net, LAB_NET6: net6 },
      deadlineMs: quickstartDeadlineMs,
    });
    if (finished.code === 0) return finished.stdout;
    throw new Error(`quickstart: ${finished.code}\n${finished.stderr}\n${finished.stdout}`);
  }

  /** Hosts with our package and a master's configuration; "init" is yours. */
  async prepare(hosts: readonly LabHost[], configuration: string): Promise<void> {
    await this.lab.down();
    await this.lab.up(hosts.length);
    const [master = 'h1', ...slaves] = hosts;
    await Promise.all(slaves.map((host) => this.prepareSlave(host)));
    await this.install(master);
    const file = 'mkdir -p /etc/krillmanager; cat > /etc/krillmanager/krillmanager.yaml';
    await this.lab.sh(master, file, { stdin: configuration });
    const peers = hosts.map((host) => this.ip(host)).join();
    for (const host of hosts) await this.lab.sh(host, `open-cluster-ports --peers=${peers}`);
  }

  ip(host: LabHost): string {
    return `${this.#prefix}${host.slice(1)}`;
  }

  /** This machine's own address beside the hosts'. */
  get outside(): string {
    return `${this.#place.net}.254`;
  }

  hostOf(ip: string): LabHost {
    return `h${Number(ip.slice(this.#prefix.length))}`;
  }

  /** As the given host sees it; the exit code says whether all is well, the answer is read anyway. */
  async status(host: LabHost): Promise<StatusJson> {
    const { stdout, stderr } = await this.lab.tryExec(host, ['krillmanager', 'status', '--json']);
    if (stdout === '') throw new Error(`status on ${host}: ${stderr}`);
    return JSON.parse(stdout) as StatusJson;
  }

  krillc(host: LabHost, ...argv: readonly string[]): Promise<string> {
    return this.lab.exec(host, ['krillc', ...argv]);
  }

  adminToken(): Promise<string> {
    const file = '/var/lib/krillmanager/volume/krill/guard/admin-token';
    return this.lab.sh('h1', `printf %s "$(cat ${file})"`);
  }

  init(...options: readonly string[]): Promise<string> {
    return this.initWith(['h2', 'h3'], ...options);
  }

  initWith(slaves: readonly LabHost[], ...options: readonly string[]): Promise<string> {
    return this.lab.exec('h1', this.initArgv(slaves, options), { deadlineMs: 600_000 });
  }

  initArgv(slaves: readonly LabHost[], options: readonly string[] = []): readonly string[] {
    const list = slaves.map((host) => this.ip(host)).join(',');
    return ['krillmanager', `--slave-ips=${list}`, 'init', ...options];
  }

  /** A server more, with our package and its agent, as an operator prepares it. */
  async prepareSlave(host: LabHost): Promise<void> {
    await this.install(host);
    await this.lab.exec(host, ['krillmanager', '--slave=1', 'init']);
  }

  async install(host: LabHost): Promise<void> {
    const [archive = ''] = globSync(`${root}dist/krillmanager-*.tar.gz`);
    await this.lab.push(host, archive, '/root/release.tar.gz');
    await this.lab.sh(host, 'mkdir /root/release; tar -xzf /root/release.tar.gz -C /root/release');
    await this.lab.sh(host, '/root/release/*/install; rm -r /root/release*');
  }

  /** Copies from a node what a validator is to trust. */
  async trust(host: LabHost): Promise<void> {
    const shared = `${this.#place.dir}/shared`;
    mkdirSync(shared, { recursive: true });
    chmodSync(this.#place.dir, 0o755);
    const serving = '/var/lib/krillmanager/serving';
    const copies = { 'tls/authority.pem': 'ca.pem', 'ta/ta.tal': 'testbed.tal' };
    for (const [from, to] of Object.entries(copies)) {
      writeFileSync(`${shared}/${to}`, await this.lab.exec(host, ['cat', `${serving}/${from}`]));
    }
  }

  /** Of the certificate that NGINX shows. */
  get authority(): string {
    return `${this.#place.dir}/shared/ca.pem`;
  }

  /** `ip`: where its names lead to. */
  repositoryAt(ip: string): Repository {
    return {
      ip,
      names,
      authority: this.authority,
      tal: `${this.#place.dir}/shared/testbed.tal`,
      routinator: execFileSync(`${root}scripts/cargo-tool`, ['routinator'], {
        encoding: 'utf8',
      }).trim(),
    };
  }

  validate(host: LabHost, name: RelyingPartyName, transport: Transport): Promise<Validation> {
    return validate(name, transport, this.repositoryAt(this.ip(host)));
  }

  /** Resolves once the rsync tree, which is switched at most twice a minute, is that of RRDP. */
  async rsyncFollows(host: LabHost): Promise<void> {
    const script = `cd /var/lib/krillmanager/publish
      serial=$(grep -o 'serial="[0-9]*"' rrdp/notification.xml | head -1 | tr -dc 0-9)
      case $(readlink rsync/current)_ in *_serial_"$serial"_*) echo same ;; esac`;
    const isSame = (said: string): boolean => said.trim() === 'same';
    await eventually(() => this.lab.sh(host, script), isSame, rsyncFollowsMs);
  }

  /** Requests that the host answered with content since a moment, by transport, from access logs. */
  async served(host: LabHost, since: string): Promise<Readonly<Record<Transport, number>>> {
    const logs = (part: string): Promise<string> =>
      this.lab.sh(host, `docker logs --since ${since} krillmanager-${part} 2>&1`);
    const [nginx, rsyncd] = [await logs('nginx'), await logs('rsyncd')];
    return {
      rrdp: nginx.split('\n').filter((line) => /snapshot\.xml HTTP.* 200 /.test(line)).length,
      rsync: rsyncd.split('\n').filter((line) => line.includes(' send repo/')).length,
    };
  }
}
