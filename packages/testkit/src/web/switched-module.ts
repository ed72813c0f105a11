import { paths, servingSpec } from '@krillmanager/core';
import { stateOfObjects } from '../proof/tree-state.ts';
import { RrdpRepository } from '../rrdp-repository.ts';
import type { Scene } from './scene.ts';
import { renderTemplate, type ServingNode } from './serving-node.ts';

const at = '/srv/switched';
const port = 8730;
const base = 'rsync://rsync.lab/repo';
const notification = 'https://rrdp.lab/rrdp/notification.xml';

/** Objects that are always there; of them, a few are replaced with each serial. */
const lastingCount = 120;
const replacedCount = 12;
/** In a directory that comes with one serial and goes with the next but one. */
const passingCount = 5;
const objectBytes = 3000;

/** An rsyncd as configured, with a publication beneath it that goes on as fast as krillsync can. */
export class SwitchedModule {
  readonly uri: string;
  /** Serial by what its tree has to be. */
  readonly serials = new Map<string, number>();
  readonly #scene: Scene;
  readonly #repository: RrdpRepository;

  private constructor(scene: Scene, dir: string) {
    this.#scene = scene;
    this.uri = `rsync://${scene.h2.ip}:${port}/repo/`;
    this.#repository = new RrdpRepository({ dir, notificationUri: notification });
  }

  /** On the second node, beside what it serves otherwise. */
  static async start(scene: Scene, maxConnections: number): Promise<SwitchedModule> {
    const { h2 } = scene;
    await h2.sh(`install -d ${at}/source ${at}/publish ${at}/serving/ta`);
    const module = new SwitchedModule(scene, await h2.fromHere(`${at}/source`));
    await module.next();
    await runRsyncd(scene, h2, maxConnections);
    return module;
  }

  /** What rsync clients get, or are about to get. */
  get serial(): number {
    return this.#repository.serial;
  }

  /** One more serial, served over rsync. */
  async next(): Promise<void> {
    const { lab, h2 } = this.#scene;
    this.#change();
    this.serials.set(stateOfObjects(this.#repository.objects), this.serial + 1);
    this.#repository.commit();
    await lab.exec(h2.host, [
      'krillsync',
      notification,
      `--source-uri-base=${at}/source/`,
      `--state-dir=${at}/publish/state`,
      `--rsync-dir=${at}/publish/rsync`,
    ]);
  }

  async stop(): Promise<void> {
    await this.#scene.h2.sh(`docker rm -f krillmanager-rsyncd-switched; rm -r ${at}`);
  }

  #change(): void {
    const turn = this.serial;
    const replaced = turn === 0 ? lastingCount : replacedCount;
    for (let count = 0; count < replaced; count += 1) {
      this.#publish(`ca/${(turn * replacedCount + count) % lastingCount}.roa`);
    }
    for (let count = 0; count < passingCount; count += 1) {
      this.#publish(`passing-${turn}/${count}.roa`);
      if (turn > 1) this.#repository.withdraw(`${base}/passing-${turn - 2}/${count}.roa`);
    }
  }

  #publish(path: string): void {
    const content = `${path} of serial ${this.serial + 1} `;
    const bytes = content.repeat(Math.ceil(objectBytes / content.length));
    this.#repository.publish(`${base}/${path}`, bytes);
  }
}

/** The configuration and the container of a node, in other directories and at another port. */
async function runRsyncd(scene: Scene, node: ServingNode, maxConnections: number): Promise<void> {
  const ports = { ...scene.settings.ports, rsync: port };
  const settings = { ...scene.settings, ports, rsyncMaxConnections: maxConnections };
  const { files, containers } = servingSpec(settings, await node.release(), renderTemplate);
  const configuration = files.find(({ path }) => path === 'rsyncd.conf');
  const spec = containers.find(({ name }) => name === 'rsyncd');
  if (!configuration || !spec) throw new Error('there is no rsyncd to serve with');
  await node.write(`${at}/serving/rsyncd.conf`, configuration.content);
  const elsewhere = new Map<string, string>([
    [paths.serving, `${at}/serving`],
    [paths.publish, `${at}/publish`],
  ]);
  const mounts = spec.mounts.map((mount) =>
    mount.type === 'bind'
      ? { ...mount, source: elsewhere.get(mount.source) ?? mount.source }
      : mount,
  );
  await node.run({ ...spec, name: 'rsyncd-switched', mounts });
}
