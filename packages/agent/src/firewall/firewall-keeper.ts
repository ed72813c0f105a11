import {
  type Clock,
  type HostFiles,
  type Ip,
  ipOfHost,
  messageOf,
  type PoolPeer,
  type ServicePorts,
  usualSettings,
} from '@krillmanager/core';
import {
  applyClusterPorts,
  type FirewallScope,
  hasClusterTable,
  planClusterPorts,
  readFirewallRecord,
  readLetIn,
  writeLetIn,
} from '@krillmanager/host';
import { isFresh } from '../node/is-fresh.ts';
import { ownAddress } from '../node/next-action.ts';
import type { View } from '../node/view.ts';
import { wantedScope } from './wanted-scope.ts';

const addressesOf = ({ hosts }: PoolPeer): readonly Ip[] =>
  hosts.map(ipOfHost).filter((ip) => ip !== null);

/** How often it is looked whether somebody flushed our table, and a failure is tried again. */
const everyMs = 60_000;

/** Keeps the packet filter as the operator asked for: after a boot, and as nodes come and go. */
export class FirewallKeeper {
  readonly #files: HostFiles;
  readonly #clock: Clock;
  readonly #say: (line: string) => void;
  #applied: string | null = null;
  #lookedAtMs = 0;
  #problem: string | null = null;
  #busy = false;
  #admitted: readonly Ip[] = [];
  #pool: readonly Ip[] = [];

  constructor(files: HostFiles, clock: Clock, say: (line: string) => void) {
    this.#files = files;
    this.#clock = clock;
    this.#say = say;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** Called at every look of the agent. Never throws. */
  async look(view: View): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    await this.#keep(view).catch((error: unknown) => {
      this.#lookedAtMs = this.#clock.now();
      this.#problem = `firewall: ${messageOf(error)}`;
    });
    this.#busy = false;
  }

  async #keep({ memory, volume, addresses, pool }: View): Promise<void> {
    const settings = memory.settings;
    this.#pool = pool?.peers.flatMap(addressesOf) ?? this.#pool;
    this.#admitted = volume?.admitted ?? this.#admitted;
    const member = ownAddress(settings?.nodes ?? [], addresses) !== null;
    const neighbours = {
      nodes: member ? (settings?.nodes ?? null) : null,
      admitted: this.#admitted,
      pool: this.#pool,
    };
    const scope = wantedScope(await readFirewallRecord(this.#files), neighbours);
    if (scope === null) return;
    const ports = settings?.ports ?? usualSettings.ports;
    const wanted = JSON.stringify({ scope, ports });
    if (wanted === this.#applied || this.#problem !== null) {
      const rests = isFresh(this.#clock.now() - this.#lookedAtMs, everyMs);
      if (rests || (this.#problem === null && (await this.#stillThere()))) return;
    }
    await this.#apply(scope, ports);
    this.#applied = wanted;
    this.#problem = null;
    this.#lookedAtMs = this.#clock.now();
  }

  async #stillThere(): Promise<boolean> {
    this.#lookedAtMs = this.#clock.now();
    return hasClusterTable();
  }

  async #apply(scope: FirewallScope, ports: ServicePorts): Promise<void> {
    const before = await readLetIn(this.#files);
    const gone = before.filter((ip) => scope === 'world' || !scope.includes(ip));
    await applyClusterPorts(await planClusterPorts(scope, { ports, gone }));
    await writeLetIn(this.#files, scope);
    this.#say(`cluster ports are open to ${scope === 'world' ? 'the world' : scope.join(', ')}`);
  }
}
