import { type ClusterSettings, messageOf, type Ports } from '@krillmanager/core';
import type { NamedLock } from '@krillmanager/host';
import { isFresh } from '../node/is-fresh.ts';
import type { View } from '../node/view.ts';
import { takeUpOwnFiles } from './own-files.ts';
import { dueRenewals, type Renewal } from './renew.ts';

export interface KeeperPorts extends Pick<Ports, 'files' | 'certificates' | 'clock'> {
  readonly volumeLock: (command: string) => NamedLock;
}

const everyMs = 30_000;

/** Keeps the cluster's certificates fresh: own files on the nodes that have them, the rest by one. */
export class CertificateKeeper {
  readonly #ports: KeeperPorts;
  readonly #say: (line: string) => void;
  #lookedAtMs = 0;
  #problem: string | null = null;

  constructor(ports: KeeperPorts, say: (line: string) => void) {
    this.#ports = ports;
    this.#say = say;
  }

  /** What keeps the operator's own files from being taken up. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Called at every look of the agent; looks itself every half minute. Never throws. */
  async look({ volume, swarm, mount }: View): Promise<void> {
    const now = this.#ports.clock.now();
    if (isFresh(now - this.#lookedAtMs, everyMs)) return;
    this.#lookedAtMs = now;
    const settings = volume?.settings ?? null;
    if (settings === null || volume?.member == null || !mount.answering) return;
    this.#problem = await this.#keep(settings, swarm?.leader === true).then(() => null, messageOf);
  }

  async #keep(settings: ClusterSettings, leads: boolean): Promise<void> {
    if (leads) await this.#renew(await dueRenewals(settings, this.#ports));
    if (await takeUpOwnFiles(settings, this.#ports)) this.#say('took up the renewed certificate');
  }

  /** Under the lock of `init`, which issues certificates, too. While another has it: next time. */
  async #renew(due: readonly Renewal[]): Promise<void> {
    if (due.length === 0) return;
    const lock = await this.#ports.volumeLock('renewal of certificates').tryLock();
    if (!lock.held) return;
    try {
      for (const { what, issue } of due) {
        await issue();
        this.#say(`renewed: ${what}`);
      }
    } finally {
      await lock.release();
    }
  }
}
