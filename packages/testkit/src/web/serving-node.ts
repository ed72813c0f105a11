import { fileURLToPath } from 'node:url';
import {
  type ClusterSettings,
  type ContainerSpec,
  krillsyncUid,
  onVolume,
  paths,
  type Release,
  servingSpec,
} from '@krillmanager/core';
import { dockerContainers } from '@krillmanager/docker';
import { templateRenderer } from '@krillmanager/host';
import type { Lab, LabHost } from '../lab.ts';
import { eventually } from '../proof/until.ts';
import type { ServingCertificates } from './serving-certificates.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
export const renderTemplate = templateRenderer(`${root}templates`);
const healthyWithinMs = 60_000;

/** Where krillsync's container finds what Krill has published. */
export const sourceDirectory = `${paths.volume}/${onVolume.krillData}/repo/rrdp`;

/** The serving stack as an agent starts it, on a lab host that is in no cluster. */
export class ServingNode {
  readonly host: LabHost;
  readonly ip: string;
  readonly ip6: string;
  readonly #lab: Lab;

  constructor(lab: Lab, host: LabHost) {
    this.#lab = lab;
    this.host = host;
    this.ip = `${lab.place.net}.${host.slice(1)}`;
    this.ip6 = `${lab.place.net6}${host.slice(1)}`;
  }

  sh(script: string): Promise<string> {
    return this.#lab.sh(this.host, script);
  }

  /** Installs the release that `scripts/build` has made, and loads its images. */
  async install(): Promise<void> {
    await this.sh(`mkdir -p /root/release
      tar -xzf /lab/checkout/dist/krillmanager-*.tar.gz -C /root/release --strip-components=1
      /root/release/install
      docker load -qi /opt/krillmanager/current/images.tar
      install -d ${paths.serving}/tls ${paths.serving}/ta
      install -d -o ${krillsyncUid} -g ${krillsyncUid} ${paths.publish} ${sourceDirectory} ${paths.volume}/${onVolume.barrier}
      for d in rrdp rsync state; do install -d -o ${krillsyncUid} -g ${krillsyncUid} ${paths.publish}/$d; done`);
  }

  /** Brings files, certificates and containers to what these settings come to. */
  async apply(settings: ClusterSettings, certificates: ServingCertificates): Promise<void> {
    const { files, containers } = servingSpec(settings, await this.release(), renderTemplate);
    const { server, key, authority, krill } = certificates;
    const all = [
      ...files.map(({ path, content }) => [path, content] as const),
      ['tls/server.pem', server] as const,
      ['tls/server.key', key] as const,
      ['tls/authority.pem', authority] as const,
      ['tls/internal.pem', krill.certificate] as const,
      ['tls/internal.key', krill.key] as const,
    ];
    for (const [path, content] of all) await this.write(`${paths.serving}/${path}`, content);
    for (const spec of containers) await this.run(spec);
    // rsyncd reads its configuration for each connection; NGINX is told, as the agent does.
    await this.sh('docker kill --signal HUP krillmanager-nginx');
  }

  /** Where this machine finds a path of the node. */
  async fromHere(path: string): Promise<string> {
    const { hosts } = await this.#lab.status();
    return `/proc/${hosts.find(({ name }) => name === this.host)?.pid}/root${path}`;
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    await this.#lab.sh(this.host, `cat >${path}`, { stdin: content });
  }

  /** What a container has logged. */
  logs(part: string): Promise<string> {
    return this.sh(`docker logs krillmanager-${part} 2>&1`);
  }

  async release(): Promise<Release> {
    const installed = '/opt/krillmanager/current';
    const [release, images] = await Promise.all(
      ['release.json', 'images.json'].map(
        async (name) => JSON.parse(await this.sh(`cat ${installed}/${name}`)) as object,
      ),
    );
    const { version, release: name } = release as { version: string; release: string };
    const list = images as { images: Release['images']; versions: { krill: string } };
    return { version, release: name, images: list.images, krillVersion: list.versions.krill };
  }

  /** Resolves when it is healthy. */
  async run(spec: ContainerSpec): Promise<void> {
    const { hosts } = await this.#lab.status();
    const socketPath = hosts.find(({ name }) => name === this.host)?.docker ?? '';
    const containers = dockerContainers({ socketPath });
    await containers.apply(spec);
    const isHealthy = async () => {
      const state = (await containers.list()).find(({ name }) => name === spec.name);
      return state?.health === 'healthy';
    };
    try {
      await eventually(isHealthy, (healthy) => healthy, healthyWithinMs);
    } catch (error) {
      throw new Error(
        `${spec.name} on ${this.host}: ${String(error)}\n${await this.logs(spec.name)}`,
      );
    }
  }
}
