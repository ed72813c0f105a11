/**
 * How long krillsync takes for a first run, the next serial as a process, and the next serial in the
 * daemon, beside `tar x` of the same tree on the same file system in the same run.
 *
 * Usage: node bench/krillsync.ts [OBJECTS…]   (default: 10000 100000)
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RrdpRepository } from '../packages/testkit/src/rrdp-repository.ts';

const objectBytes = 1600;
const changes = 200;
const rounds = 3;
const perDirectory = 10;

const root = fileURLToPath(new URL('..', import.meta.url));

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

function bundle(dir: string): string {
  const out = join(dir, 'krillsync.mjs');
  const entry = join(root, 'packages/krillsync/src/main.ts');
  const banner =
    "--banner:js=import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  const args = [
    entry,
    '--bundle',
    '--platform=node',
    '--format=esm',
    `--outfile=${out}`,
    banner,
    '--log-level=warning',
  ];
  execFileSync(join(root, 'node_modules/.bin/esbuild'), args);
  return out;
}

class Bench {
  readonly dir = mkdtempSync('/dev/shm/krillsync-bench-');
  readonly program = bundle(this.dir);
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
      this.program,
      this.repository.notificationUri,
      '--source-uri-base',
      this.repository.dir,
      '-s',
      join(this.dir, 'state'),
      '--json',
      ...more,
    ];
    const env = { ...process.env, NODE_COMPILE_CACHE: join(this.dir, 'compiled') };
    return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
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
  for (let round = 0; round < rounds; round += 1) {
    change(bench.repository, 10 + round, bench.objects);
    while (results.length <= round) await sleep(20);
    await sleep(500 + bench.objects / 50);
  }
  child.kill('SIGTERM');
  await new Promise((resolve) => child.on('close', resolve));
  const peaks = memory.end();
  return results.map((result) => ({ seconds: result.milliseconds / 1000, ...peaks, result }));
}

async function measure(objects: number): Promise<void> {
  const bench = new Bench(objects);
  try {
    const first = await bench.run();
    const tars = [bench.tar()];
    const next: Run[] = [];
    for (let round = 0; round < rounds; round += 1) {
      change(bench.repository, round, objects);
      next.push(await bench.run());
      tars.push(bench.tar());
    }
    const inDaemon = await daemonRounds(bench);
    const tar = {
      seconds: median(tars.map(({ seconds }) => seconds)),
      cpu: median(tars.map(({ cpu }) => cpu)),
    };
    print(objects, { first: [first], next, inDaemon }, tar);
  } finally {
    rmSync(bench.dir, { recursive: true });
  }
}

function print(
  objects: number,
  {
    first,
    next,
    inDaemon,
  }: { first: readonly Run[]; next: readonly Run[]; inDaemon: readonly Run[] },
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
  row('next serial, process', 0.4, next);
  row('next serial, daemon', 0.15, inDaemon);
}

const wanted = process.argv.slice(2).map(Number);
for (const objects of wanted.length > 0 ? wanted : [10_000, 100_000]) await measure(objects);
