/**
 * How long krillsync takes for a first run, the next serial as a process, and the next serial in the
 * daemon, beside `tar x` of the same tree on the same file system in the same run.
 *
 * Usage: scripts/build --executable-only && node bench/krillsync.ts [OBJECTS…]   (default: 10000 100000)
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RrdpRepository } from '../packages/testkit/src/rrdp-repository.ts';

const objectBytes = 1600;
const changes = 200;
const roundsOf = (objects: number): number => (objects > 200_000 ? 2 : 3);
const perDirectory = 10;

/** As it is released. */
const program = fileURLToPath(new URL('../dist/krillsync', import.meta.url));

interface Run {
  readonly seconds: number;
  /** User and system; undefined for a daemon, which did other work too. */
  readonly cpu?: number;
  /** Peaks, in MB. */
  readonly anonymous: number;
  readonly resident: number;
  readonly result: { readonly milliseconds: number; readonly tree: string };
}

/** A certificate as far as its notBefore, and random bytes of which no two are the same. */
function certificate(): Buffer {
  const head = Buffer.from(
    'a0030201020201013000300030 1e170d3235303130313030303030305a170d3335303130313030303030305a'.replace(
      ' ',
      '',
    ),
    'hex',
  );
  const body = Buffer.concat([sequence(head), octets(randomBytes(objectBytes))]);
  return sequence(body);
}

const sequence = (content: Buffer): Buffer => tlv(0x30, content);
const octets = (content: Buffer): Buffer => tlv(0x04, content);
const tlv = (tag: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 255]), content]);

const uri = (n: number): string =>
  `rsync://repo.example.net/repo/ca${Math.floor(n / perDirectory)}/${createHash('sha1').update(String(n)).digest('hex')}.cer`;

function change(repository: RrdpRepository, round: number, objects: number): void {
  for (let i = 0; i < changes; i += 1) {
    const n = Math.floor((objects / changes) * i) + (round % 20);
    repository.publish(uri(n), certificate());
  }
  repository.commit();
}

class Bench {
  readonly dir = mkdtempSync('/dev/shm/krillsync-bench-');
  readonly repository: RrdpRepository;
  readonly objects: number;

  constructor(objects: number) {
    this.objects = objects;
    this.repository = new RrdpRepository({ dir: join(this.dir, 'source'), keepDeltas: 20 });
    for (let n = 0; n < objects; n += 1) this.repository.publish(uri(n), certificate());
    this.repository.commit();
  }

  start(...more: readonly string[]): ChildProcess {
    const args = [
      this.repository.notificationUri,
      '--source-uri-base',
      this.repository.dir,
      '-s',
      join(this.dir, 'state'),
      '--json',
      ...more,
    ];
    return spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  async run(...more: readonly string[]): Promise<Run> {
    const began = performance.now();
    const cpuBefore = childrenCpu();
    const child = this.start(...more);
    const memory = new Memory(child);
    let out = '';
    child.stdout?.on('data', (chunk) => (out += chunk));
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`krillsync ended with ${code}`);
    const seconds = (performance.now() - began) / 1000;
    const cpu = childrenCpu() - cpuBefore;
    return { seconds, cpu, ...memory.end(), result: JSON.parse(out) };
  }

  tar(): { seconds: number; cpu: number } {
    const archive = join(this.dir, 'tree.tar');
    const target = join(this.dir, 'untarred');
    execFileSync('tar', ['cf', archive, '-C', join(this.dir, 'state/rsync/current/'), '.']);
    mkdirSync(target);
    const began = performance.now();
    const cpuBefore = childrenCpu();
    execFileSync('tar', ['xf', archive, '-C', target]);
    const seconds = (performance.now() - began) / 1000;
    const cpu = childrenCpu() - cpuBefore;
    for (const path of [target, archive]) rmSync(path, { recursive: true });
    return { seconds, cpu };
  }
}

/** CPU seconds of all children that have ended so far. */
function childrenCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? [];
  const ticksPerSecond = 100;
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

class Memory {
  readonly #timer: NodeJS.Timeout;
  #anonymous = 0;
  #resident = 0;

  constructor(child: ChildProcess) {
    this.#timer = setInterval(() => this.#look(child.pid ?? 0), 10);
  }

  #look(pid: number): void {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1');
      const value = (name: string) =>
        Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
      this.#anonymous = Math.max(this.#anonymous, value('RssAnon'));
      this.#resident = Math.max(this.#resident, value('VmRSS'));
    } catch {}
  }

  end(): { anonymous: number; resident: number } {
    clearInterval(this.#timer);
    return { anonymous: this.#anonymous, resident: this.#resident };
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function daemonRounds(bench: Bench): Promise<Run[]> {
  const child = bench.start('--watch', '--rsync-interval', '0', '-q');
  const memory = new Memory(child);
  const results: Run['result'][] = [];
  let out = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
    for (let end = out.indexOf('\n'); end >= 0; end = out.indexOf('\n')) {
      results.push(JSON.parse(out.slice(0, end)));
      out = out.slice(end + 1);
    }
  });
  await sleep(2000 + bench.objects / 20);
  for (let round = 0; round < roundsOf(bench.objects); round += 1) {
    change(bench.repository, 10 + round, bench.objects);
    while (results.length <= round) await sleep(20);
    await sleep(500 + bench.objects / 50);
  }
  child.kill('SIGTERM');
  await new Promise((resolve) => child.on('close', resolve));
  const peaks = memory.end();
  return results.map((result) => ({ seconds: result.milliseconds / 1000, ...peaks, result }));
}

/**
 * What no update can do without, on this machine and now: the snapshot read and hashed, which cannot
 * be divided, and the start of the program.
 */
function floor(bench: Bench): { hash: number; start: number } {
  const path = join(bench.repository.dir, bench.repository.paths[0] ?? '');
  const chunk = Buffer.alloc(1024 * 1024);
  const hash = createHash('sha256');
  const from = openSync(path, 'r');
  const began = performance.now();
  for (let size = readSync(from, chunk); size > 0; size = readSync(from, chunk)) {
    hash.update(chunk.subarray(0, size));
  }
  const hashed = (performance.now() - began) / 1000;
  closeSync(from);
  const starting = performance.now();
  execFileSync(program, ['--version']);
  return { hash: hashed, start: (performance.now() - starting) / 1000 };
}

async function measure(objects: number): Promise<void> {
  const bench = new Bench(objects);
  try {
    const firsts: Run[] = [];
    const tars: ReturnType<Bench['tar']>[] = [];
    for (let round = 0; round < roundsOf(bench.objects); round += 1) {
      rmSync(join(bench.dir, 'state'), { recursive: true, force: true });
      firsts.push(await bench.run());
      tars.push(bench.tar());
    }
    const next: Run[] = [];
    const floors: { hash: number; start: number }[] = [];
    for (let round = 0; round < roundsOf(bench.objects); round += 1) {
      change(bench.repository, round, objects);
      next.push(await bench.run());
      tars.push(bench.tar());
    }
    const onSpare: Run[] = [];
    for (let round = 0; round < roundsOf(bench.objects); round += 1) {
      change(bench.repository, 5 + round, objects);
      await sleep(1100);
      const run = await bench.run('--cleanup-after', '1');
      // The first one has no old tree whose time is over, and none in its place.
      if (round > 0) onSpare.push(run);
      tars.push(bench.tar());
      floors.push(floor(bench));
    }
    const inDaemon = await daemonRounds(bench);
    const tar = {
      seconds: median(tars.map(({ seconds }) => seconds)),
      cpu: median(tars.map(({ cpu }) => cpu)),
    };
    print(objects, { first: firsts, next, onSpare, inDaemon }, tar);
    const [hash, start] = [median(floors.map((f) => f.hash)), median(floors.map((f) => f.start))];
    console.log(
      `floors: reading and hashing the snapshot ${hash.toFixed(2)} s (${(hash / tar.seconds).toFixed(2)} × tar x), starting the program ${start.toFixed(2)} s (${(start / tar.seconds).toFixed(2)})`,
    );
  } finally {
    rmSync(bench.dir, { recursive: true });
  }
}

function print(
  objects: number,
  {
    first,
    next,
    onSpare,
    inDaemon,
  }: Readonly<Record<'first' | 'next' | 'onSpare' | 'inDaemon', readonly Run[]>>,
  tar: { readonly seconds: number; readonly cpu: number },
): void {
  const load = loadavg()[0]?.toFixed(1);
  console.log(
    `\n${objects} objects, ${changes} changes, tar x ${tar.seconds.toFixed(2)} s (CPU ${tar.cpu.toFixed(2)} s), load ${load}`,
  );
  console.log('| what | s | × tar x | bar | CPU s | RssAnon MB | VmRSS MB | tree from |');
  console.log('|---|---|---|---|---|---|---|---|');
  const row = (what: string, bar: number, runs: readonly Run[]) => {
    const seconds = median(runs.map((run) => run.seconds));
    const memory = (pick: (run: Run) => number) => Math.max(...runs.map(pick)).toFixed(0);
    const cpus = runs.flatMap((run) => (run.cpu === undefined ? [] : [run.cpu]));
    const cpu = cpus.length === 0 ? '' : median(cpus).toFixed(2);
    const from = [...new Set(runs.map(({ result }) => result.tree))].join(' ');
    console.log(
      `| ${what} | ${seconds.toFixed(2)} | ${(seconds / tar.seconds).toFixed(2)} | ${bar} | ${cpu} | ${memory((r) => r.anonymous)} | ${memory((r) => r.resident)} | ${from} |`,
    );
  };
  row('first run', 1, first);
  row('next serial, process, links', 0.4, next);
  row('next serial, process, old tree', 0.4, onSpare);
  row('next serial, daemon', 0.15, inDaemon);
}

const wanted = process.argv.slice(2).map(Number);
for (const objects of wanted.length > 0 ? wanted : [10_000, 100_000]) await measure(objects);
