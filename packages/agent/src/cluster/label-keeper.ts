import {
  type Ip,
  krillLabel,
  type MemberRecord,
  onVolume,
  type Swarm,
  type SwarmNode,
  type VolumeFiles,
} from '@krillmanager/core';
import { type Fitness, fitnessNow, type SeenNode, SteadyFitness } from './fitness.ts';

export interface LabelPorts {
  readonly swarm: Pick<Swarm, 'nodes' | 'changeLabel'>;
  readonly volume: Pick<VolumeFiles, 'read'>;
}

const lookEveryMs = 10_000;

/**
 * Takes the label `krill=ok` from a node that cannot run Krill, so that Swarm does not start it
 * where it just failed, and gives it back. A node without any value is `init`'s: it has not been
 * admitted yet, or is to go.
 */
export class LabelKeeper {
  readonly #ports: LabelPorts;
  readonly #say: (line: string) => void;
  readonly #steady = new SteadyFitness();
  readonly #ids = new Map<Ip, string>();
  #told = '';
  #dueAt = 0;

  constructor(ports: LabelPorts, say: (line: string) => void) {
    this.#ports = ports;
    this.#say = say;
  }

  /** Called at every look of the agent that leads; asks the Swarm when there is something to do. */
  async keep(nodes: readonly SeenNode[], nowMs: number): Promise<void> {
    const lasting = this.#steady.lasting(fitnessNow(nodes), nowMs);
    const text = JSON.stringify([...lasting]);
    if (text === this.#told && nowMs < this.#dueAt) return;
    const known = await this.#ports.swarm.nodes();
    const wanted = await this.#changes(lasting, known);
    // Better a Krill on a bad node than a Krill that may run nowhere.
    if (leavesOne(known, wanted)) for (const change of wanted) await this.#label(change);
    this.#told = text;
    this.#dueAt = nowMs + lookEveryMs;
  }

  async #changes(
    lasting: ReadonlyMap<Ip, Fitness>,
    known: readonly SwarmNode[],
  ): Promise<readonly Change[]> {
    const changes: Change[] = [];
    for (const [ip, value] of lasting) {
      const id = await this.#idOf(ip, known);
      const label = known.find((node) => node.id === id)?.labels[krillLabel];
      if (id === null || label === undefined || label === value) continue;
      changes.push({ ip, id, before: label, value });
    }
    return changes;
  }

  async #label({ ip, id, before, value }: Change): Promise<void> {
    // `init` may have taken it meanwhile from a node that is to go.
    if (!(await this.#ports.swarm.changeLabel(id, krillLabel, before, value))) return;
    this.#say(value === 'ok' ? `Krill may run on ${ip}` : `Krill may not run on ${ip}: ${value}`);
  }

  /** As the node itself recorded it on the volume. */
  async #idOf(ip: Ip, known: readonly SwarmNode[]): Promise<string | null> {
    const cached = this.#ids.get(ip);
    if (cached !== undefined && known.some(({ id }) => id === cached)) return cached;
    const text = await this.#ports.volume.read(onVolume.member(ip));
    if (text === null) return null;
    const { swarmNodeId } = JSON.parse(text) as MemberRecord;
    this.#ids.set(ip, swarmNodeId);
    return swarmNodeId;
  }
}

interface Change {
  readonly ip: Ip;
  readonly id: string;
  readonly before: string;
  readonly value: Fitness;
}

function leavesOne(known: readonly SwarmNode[], changes: readonly Change[]): boolean {
  const after = new Map(known.map(({ id, labels }) => [id, labels[krillLabel]]));
  for (const { id, value } of changes) after.set(id, value);
  return [...after.values()].includes('ok');
}
