import type { StorageHealth } from '@krillmanager/core';
import type { Logger } from 'pino';
import { isFresh } from './is-fresh.ts';
import type { NodePorts } from './node-ports.ts';
import { pollStorage, storagePollMs } from './poll-storage.ts';
import type { View } from './view.ts';

/** How the volume was when it was last looked at; polls beside the agent's loop. */
export class StorageWatch {
  readonly #ports: NodePorts;
  readonly #log: Logger;
  #health: StorageHealth = 'absent';
  #whole = false;
  #polledAtMs = 0;
  /** Polls in a row that failed. */
  #failures = 0;
  #polling = false;

  constructor(ports: NodePorts, log: Logger) {
    this.#ports = ports;
    this.#log = log;
  }

  get health(): StorageHealth {
    return this.#health;
  }

  /**
   * After every look of the agent at its node; never fails, and the loop does not wait for it:
   * glusterd's commands may wait for other nodes' transactions.
   * @param polls whether this agent asks glusterd for all of them
   */
  look(view: View, polls: boolean): void {
    const now = this.#ports.clock.now();
    // A report is read more often than made, while not all is as it should be.
    const known = polls ? this.#health !== 'absent' && this.#health !== 'down' : this.#whole;
    const settled = known && this.#failures === 0;
    const due = settled ? storagePollMs : storagePollMs / 6;
    // Each question waits for the lock of those before it.
    if (this.#polling || isFresh(now - this.#polledAtMs, due)) return;
    this.#polledAtMs = now;
    void this.#poll(view, polls);
  }

  async #poll(view: View, polls: boolean): Promise<void> {
    this.#polling = true;
    try {
      const { health, whole } = await pollStorage(this.#ports, view, polls);
      if (health !== this.#health) this.#log.info({ storage: health }, 'storage');
      this.#health = health;
      this.#whole = whole;
      this.#failures = 0;
    } catch (error) {
      // A glusterd that is busy for once takes no copy away.
      this.#failures += 1;
      if (this.#failures > 1) this.#health = 'down';
      this.#whole = false;
      this.#log.warn({ error: String(error) }, 'storage not polled');
    } finally {
      this.#polling = false;
    }
  }
}
