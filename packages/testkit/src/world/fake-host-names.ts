import type { HostNames, Ip } from '@krillmanager/core';

/** One machine's marked entries in its file of names. */
export class FakeHostNames implements HostNames {
  #named: readonly Ip[] = [];

  async named(): Promise<readonly Ip[]> {
    return this.#named;
  }

  async assign(ips: readonly Ip[]): Promise<void> {
    this.#named = [...new Set(ips)].toSorted();
  }

  has(ip: Ip): boolean {
    return this.#named.includes(ip);
  }
}
