import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lab } from '../lab.ts';
import { RrdpRepository } from '../rrdp-repository.ts';
import { runProgram } from '../run-program.ts';
import { type ServingNode, sourceDirectory } from './serving-node.ts';

/** A publication server's output that comes to several nodes at once, as the volume brings it. */
export class Publication {
  readonly repository: RrdpRepository;
  readonly #scratch = mkdtempSync(join(tmpdir(), 'publication-'));
  readonly #lab: Lab;
  readonly #nodes: readonly ServingNode[];

  constructor(lab: Lab, nodes: readonly ServingNode[]) {
    this.#lab = lab;
    this.#nodes = nodes;
    this.repository = new RrdpRepository({
      dir: join(this.#scratch, 'rrdp'),
      notificationUri: 'https://rrdp.lab/rrdp/notification.xml',
    });
  }

  /** Publishes this many objects anew and brings the new serial to all nodes, with the same times. */
  async next(objects: number): Promise<void> {
    for (let at = 0; at < objects; at += 1) {
      const content = `object ${at} of serial ${this.repository.serial} `.repeat(60);
      this.repository.publish(`rsync://rsync.lab/repo/ca/${at}.roa`, content);
    }
    this.repository.commit();
    const tar = join(this.#scratch, 'publication.tar');
    const argv = ['-C', this.repository.dir, '-cf', tar, '.'];
    await runProgram('tar', argv, { env: process.env, deadlineMs: 30_000 });
    await Promise.all(this.#nodes.map((node) => this.#bring(node, tar)));
  }

  /** The notification last, by rename. */
  async #bring({ host }: ServingNode, tar: string): Promise<void> {
    await this.#lab.push(host, tar, '/root/publication.tar');
    await this.#lab.sh(
      host,
      `cd ${sourceDirectory}
       tar -xf /root/publication.tar --exclude=./notification.xml
       mkdir -p /root/notification
       tar -xf /root/publication.tar -C /root/notification ./notification.xml
       cp -p /root/notification/notification.xml .new
       mv .new notification.xml`,
    );
  }

  remove(): void {
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}
