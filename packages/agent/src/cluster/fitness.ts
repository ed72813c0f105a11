import type { Ip } from '@krillmanager/core';

/** May Krill run there, or what the node has lost: the value of the Swarm node's label. */
export type Fitness = 'ok' | 'lost-volume' | 'lost-quorum' | 'wrong-clock';

export interface SeenNode {
  readonly ip: Ip;
  /** It answers our heartbeats. */
  readonly seen: boolean;
  readonly volume: boolean;
  readonly majority: boolean;
  /** How far its clock is ahead of ours. */
  readonly skewMs: number;
}

/** Certificates and manifests are judged by the time: one that differs by more may not sign. */
const mostSkewMs = 30_000;
/** To take the label ends a Krill that runs: not for another node's loss, nor for a busy machine. */
const lostAfterMs = 30_000;
const wellAfterMs = 5000;

/** At this moment. The right time is what most nodes have. */
export function fitnessNow(nodes: readonly SeenNode[]): ReadonlyMap<Ip, Fitness> {
  const clocks = nodes.filter(({ seen }) => seen).map(({ skewMs }) => skewMs);
  const right = clocks.sort((a, b) => a - b)[Math.floor(clocks.length / 2)] ?? 0;
  return new Map(nodes.map((node) => [node.ip, judge(node, right)]));
}

function judge({ seen, volume, majority, skewMs }: SeenNode, right: number): Fitness {
  if (!seen || !majority) return 'lost-quorum';
  if (!volume) return 'lost-volume';
  return Math.abs(skewMs - right) > mostSkewMs ? 'wrong-clock' : 'ok';
}

interface Standing {
  readonly fitness: Fitness;
  readonly sinceMs: number;
}

/** What has lasted: a loss of 30 s, a recovery of 5 s. Of what has not, nothing is said. */
export class SteadyFitness {
  readonly #standing = new Map<Ip, Standing>();

  lasting(now: ReadonlyMap<Ip, Fitness>, nowMs: number): ReadonlyMap<Ip, Fitness> {
    for (const ip of this.#standing.keys()) if (!now.has(ip)) this.#standing.delete(ip);
    for (const [ip, fitness] of now) {
      const before = this.#standing.get(ip);
      if (before === undefined || (before.fitness === 'ok') !== (fitness === 'ok')) {
        this.#standing.set(ip, { fitness, sinceMs: nowMs });
      } else {
        this.#standing.set(ip, { fitness, sinceMs: before.sinceMs });
      }
    }
    const lasting = [...this.#standing].filter(
      ([, { fitness, sinceMs }]) =>
        nowMs - sinceMs >= (fitness === 'ok' ? wellAfterMs : lostAfterMs),
    );
    return new Map(lasting.map(([ip, { fitness }]) => [ip, fitness]));
  }
}
