import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Lab, type LabHost, type LabPlace } from '../../lab.ts';
import type { StatusJson } from '../cluster.ts';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));

/** Loading the images takes long on a machine that is busy. */
const installDeadlineMs = 600_000;

const configuration = `domains:
  krill: krill.lab
  rrdp: rrdp.lab
  rsync: rsync.lab
tls:
  mode: private
`;

/** The same on all servers; its content is chosen by each formation. */
export const joinSecretFile = '/etc/krillmanager/join-secret';

/** Three servers as an operator has them before the first `init`; Krill will have a CA of its own. */
export class OwnCluster {
  readonly lab: Lab;
  readonly place: LabPlace;
  readonly hosts: readonly LabHost[] = ['h1', 'h2', 'h3'];
  readonly #joinSecret = randomBytes(24).toString('hex');

  constructor(place: LabPlace) {
    this.place = place;
    this.lab = new Lab(place);
  }

  /** Installed on all, the slaves ready, and the images loaded, as the master's agent would do. */
  async prepare(): Promise<void> {
    await this.lab.down();
    await this.lab.up(this.hosts.length);
    const [archive = ''] = globSync(`${root}dist/krillmanager-*.tar.gz`);
    await Promise.all(this.hosts.map((host) => this.#install(host, archive)));
    await this.lab.sh(
      'h1',
      'mkdir -p /etc/krillmanager; cat >/etc/krillmanager/krillmanager.yaml',
      {
        stdin: configuration,
      },
    );
  }

  async #install(host: LabHost, archive: string): Promise<void> {
    const peers = this.hosts.map((other) => this.ip(other)).join();
    await this.lab.push(host, archive, '/root/release.tar.gz');
    await this.lab.sh(
      host,
      `mkdir /root/release; tar -xzf /root/release.tar.gz -C /root/release
      /root/release/*/install; rm -r /root/release /root/release.tar.gz
      docker load -qi /opt/krillmanager/current/images.tar
      open-cluster-ports --peers=${peers}`,
      { deadlineMs: installDeadlineMs },
    );
    await this.lab.sh(host, `umask 077; mkdir -p /etc/krillmanager; cat >${joinSecretFile}`, {
      stdin: `${this.#joinSecret}\n`,
    });
    if (host !== 'h1') await this.lab.exec(host, this.#slaveArgv);
  }

  async status(host: LabHost = 'h1'): Promise<StatusJson> {
    const { stdout } = await this.lab.tryExec(host, ['krillmanager', 'status', '--json']);
    return JSON.parse(stdout) as StatusJson;
  }

  ip(host: LabHost): string {
    return `${this.place.net}.${host.slice(1)}`;
  }

  get #slaveArgv(): readonly string[] {
    const terms = [`--master=${this.ip('h1')}`, `--join-secret-file=${joinSecretFile}`];
    return ['krillmanager', '--slave=1', ...terms, 'init'];
  }

  initArgv(...options: readonly string[]): readonly string[] {
    const slaves = this.hosts.slice(1).map((host) => this.ip(host));
    const terms = [`--slave-ips=${slaves.join()}`, `--join-secret-file=${joinSecretFile}`];
    return ['krillmanager', ...terms, 'init', ...options];
  }

  init(...options: readonly string[]): Promise<string> {
    return this.lab.exec('h1', this.initArgv(...options), { deadlineMs: 600_000 });
  }
}
