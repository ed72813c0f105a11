import type { BarrierReport } from './barrier.ts';
import type { Compressor } from './compress.ts';
import type { UpdateResult } from './finish.ts';
import { isHeld } from './hold.ts';
import type { Fault } from './krillsync-error.ts';
import { treesIn } from './rsync-directory.ts';
import type { Setup } from './setup.ts';

/** What a daemon counts, in Prometheus' text format. Times are seconds since 1970. */
export class Metrics {
  readonly #setup: Omit<Setup, 'thorough'>;
  readonly #compressor: Compressor | undefined;
  readonly #failures: Record<Fault, number> = { usage: 0, source: 0, local: 0 };
  #updates = 0;
  #snapshots = 0;
  #bytes = 0;
  #seconds = 0;
  #successAt = 0;
  #changeAt = 0;
  #seenAt = 0;
  #validUntil = 0;
  #last: UpdateResult | undefined;

  constructor(setup: Omit<Setup, 'thorough'>, compressor?: Compressor) {
    this.#setup = setup;
    this.#compressor = compressor;
  }

  validUntil(time: number): void {
    this.#validUntil = time;
  }

  seen(): void {
    this.#seenAt = this.#now();
  }

  updated(result: UpdateResult, seconds: number): void {
    this.#last = result;
    this.#successAt = this.#now();
    if (result.result === 'unchanged') return;
    this.#updates += 1;
    if (result.tree === 'snapshot') this.#snapshots += 1;
    this.#bytes += result.bytes;
    this.#seconds = seconds;
    this.#changeAt = this.#now();
  }

  failed(fault: Fault): void {
    this.#failures[fault] += 1;
  }

  text(): string {
    const { stateDir, rsync } = this.#setup;
    const { serial = 0, rsyncSerial, objects, deltas = 0, shortage } = this.#last ?? {};
    const lines = [
      metric('serial', 'gauge', 'Serial that RRDP clients are offered.', serial),
      metric('rsync_serial', 'gauge', 'Serial that rsync clients are offered.', rsyncSerial ?? 0),
      metric('objects', 'gauge', 'Objects in the rsync tree.', objects ?? 0),
      metric('deltas', 'gauge', 'Deltas that the notification names.', deltas),
      metric('updates_total', 'counter', 'Updates that changed what is served.', this.#updates),
      metric('snapshot_trees_total', 'counter', 'Trees made without deltas.', this.#snapshots),
      metric('fetched_bytes_total', 'counter', 'Bytes of snapshots and deltas.', this.#bytes),
      metric('update_duration_seconds', 'gauge', 'Length of the last update.', this.#seconds),
      metric('last_change_timestamp_seconds', 'gauge', 'Last update.', this.#changeAt),
      metric(
        'last_success_timestamp_seconds',
        'gauge',
        'Last check without error.',
        this.#successAt,
      ),
      metric('source_seen_timestamp_seconds', 'gauge', 'Last answer of the source.', this.#seenAt),
      metric(
        'valid_until_timestamp_seconds',
        'gauge',
        'Earliest nextUpdate of a manifest.',
        this.#validUntil,
      ),
      ...compressionLines(this.#compressor?.counts),
      ...barrierLines(this.#setup.barrier.report?.()),
      metric('held', 'gauge', '1 while an update waits for --accept.', Number(isHeld(stateDir))),
      metric('short_of_room', 'gauge', '1 while old ones go early.', Number(Boolean(shortage))),
      metric('trees', 'gauge', 'rsync trees on disk.', rsync ? treesIn(rsync.dir).length : 0),
      '# HELP krillsync_failures_total Updates that failed, by whose fault it was.',
      '# TYPE krillsync_failures_total counter',
      ...(['source', 'local'] as const).map(
        (fault) => `krillsync_failures_total{fault="${fault}"} ${this.#failures[fault]}`,
      ),
    ];
    return `${lines.join('\n')}\n`;
  }

  #now(): number {
    return this.#setup.now() / 1000;
  }
}

function compressionLines(counts: Compressor['counts'] | undefined): readonly string[] {
  if (!counts) return [];
  const { files, bytes, seconds } = counts;
  return [
    metric('compressed_files_total', 'counter', 'Compressed copies made.', files),
    metric('compressed_bytes_total', 'counter', 'Their bytes.', bytes),
    metric('compression_seconds_total', 'counter', 'Time spent on them, beside updates.', seconds),
  ];
}

function barrierLines(report: BarrierReport | undefined): readonly string[] {
  if (!report) return [];
  const { peers, alone, superseded, waited } = report;
  return [
    metric('barrier_peers', 'gauge', 'Other nodes that live.', peers),
    metric('barrier_alone_total', 'counter', 'Shown while a live node lacked it.', alone),
    metric('barrier_superseded_total', 'counter', 'Dropped for a newer version.', superseded),
    metric('barrier_wait_seconds', 'gauge', 'Wait of the last version.', waited),
  ];
}

const metric = (name: string, type: 'gauge' | 'counter', help: string, value: number): string =>
  [
    `# HELP krillsync_${name} ${help}`,
    `# TYPE krillsync_${name} ${type}`,
    `krillsync_${name} ${value}`,
  ].join('\n');
