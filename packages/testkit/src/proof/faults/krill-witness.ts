import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabHost } from '../../lab.ts';
import { isAble, networkOf, ProcessFinder } from './processes.ts';
import { type TracedWrite, TracedWrites } from './traced-writes.ts';

/** A Krill of the cluster, from when it was first seen to when it could do nothing any more. */
export interface SeenKrill {
  readonly pid: number;
  readonly host: LabHost;
  readonly fromMs: number;
  /** Null while it lives. */
  readonly untilMs: number | null;
}

export interface Testimony {
  readonly krills: readonly SeenKrill[];
  /** Looks at which two could have acted: neither killed nor frozen with its host. */
  readonly two: number;
  readonly looks: number;
  readonly writes: readonly TracedWrite[];
  /** Of a Krill that began after the writes of its successor had begun. */
  readonly late: readonly TracedWrite[];
}

const lookEveryMs = 100;

/**
 * Watches every Krill of a lab from outside of it: which of them live, ten times a second, and
 * each of their writes on the volume, by strace. All hosts have this machine's clock.
 */
export class KrillWitness {
  readonly #hosts: ReadonlyMap<string, LabHost>;
  readonly #directory = mkdtempSync(join(tmpdir(), 'witness-'));
  readonly #finder = new ProcessFinder('krill');
  readonly #seen = new Map<number, SeenKrill>();
  readonly #traces: TracedWrites[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #frozen = new Set<LabHost>();
  #two = 0;
  #looks = 0;

  /** @param hosts the machine's pid of each host's pid 1 */
  constructor(hosts: ReadonlyMap<LabHost, number>) {
    this.#hosts = new Map([...hosts].map(([host, pid]) => [networkOf(pid), host]));
    this.#look();
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
  }

  frozen(host: LabHost, is: boolean): void {
    if (is) this.#frozen.add(host);
    else this.#frozen.delete(host);
  }

  /** The one that lives now; null when there is none. */
  get living(): SeenKrill | null {
    const living = [...this.#seen.values()].filter(({ untilMs }) => untilMs === null);
    return living.find(({ host }) => !this.#frozen.has(host)) ?? null;
  }

  testify(): Testimony {
    const krills = [...this.#seen.values()];
    const writes = this.#traces.flatMap((trace) => trace.read()).sort((a, b) => a.at - b.at);
    return { krills, two: this.#two, looks: this.#looks, writes, late: lateWrites(writes) };
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const trace of this.#traces) trace.stop();
    rmSync(this.#directory, { recursive: true });
  }

  #look(): void {
    const now = Date.now();
    for (const pid of this.#finder.look()) this.#meet(pid, now);
    for (const krill of this.#seen.values()) {
      if (krill.untilMs === null && !isAble(krill.pid)) {
        this.#seen.set(krill.pid, { ...krill, untilMs: now });
      }
    }
    const able = [...this.#seen.values()].filter(
      ({ untilMs, host }) => untilMs === null && !this.#frozen.has(host),
    );
    this.#looks += 1;
    if (able.length > 1) this.#two += 1;
  }

  #meet(pid: number, fromMs: number): void {
    const host = this.#hosts.get(networkOf(pid));
    if (host === undefined || this.#seen.has(pid)) return;
    this.#seen.set(pid, { pid, host, fromMs, untilMs: null });
    this.#traces.push(new TracedWrites(pid, join(this.#directory, String(pid))));
  }
}

function lateWrites(writes: readonly TracedWrite[]): readonly TracedWrite[] {
  const firstOf = new Map<number, number>();
  for (const { pid, at } of writes) if (!firstOf.has(pid)) firstOf.set(pid, at);
  return writes.filter(({ pid, at }) =>
    [...firstOf].some(
      ([other, first]) => other !== pid && first > (firstOf.get(pid) ?? 0) && at > first,
    ),
  );
}
