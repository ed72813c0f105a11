import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { KrillRefusal } from '@krillmanager/core';
import { ownAddresses } from '@krillmanager/host';
import { type Places, placesBelow } from '../places.ts';

const clusterId = 'cluster-1';
export const adminToken = 'the-token-that-nobody-may-see';

const supervisor = fileURLToPath(new URL('./stage-supervisor.ts', import.meta.url));

/** Says what happens to it in the log, and waits. */
const krill = (log: string): string => `#!/bin/sh
echo "start $$ $*" >> ${log}
trap 'echo term >> ${log}; exit 0' TERM
while :; do sleep 0.05; done
`;

/**
 * Reaches Krill at the second attempt only, as when its socket comes late. It knows what was done
 * already, and refuses to do it twice, as Krill does.
 */
const krillc = (log: string): string => `#!/bin/sh
once() { test ! -e ${log}.$1 || exit 1; touch ${log}.$1; }
listed() { test -e ${log}.$2 && echo "{\\"$1\\":[{\\"handle\\":\\"main\\"}]}" || echo "{\\"$1\\":[]}"; exit; }
case "$*" in
  health) test -e ${log}.health && exit; touch ${log}.health; exit 1 ;;
  'pubserver publishers list') test -e ${log}.server; exit ;;
  'repo show'*) test -e ${log}.repo; exit ;;
  '--format json list') listed cas ca ;;
  '--format json pubserver publishers list') listed publishers publisher ;;
  'pubserver server init'*) once server ;;
  'add --ca'*) once ca ;;
  'pubserver publishers add'*) once publisher ;;
  'repo configure'*) once repo ;;
esac
for last; do :; done
echo "krillc $* <$(cat "$last" 2>/dev/null)>" >> ${log}
echo "answer to $1 $2"
`;

/** A directory with all that Krill's container has, and programs that stand in for Krill's. */
export class KrillStage {
  readonly root: string;
  readonly places: Places;
  readonly #log: string;

  private constructor(root: string) {
    this.root = root;
    this.places = placesBelow(root);
    this.#log = join(root, 'log');
  }

  /** As prepared for the first start of a mode. */
  static async prepare(settings: object): Promise<KrillStage> {
    const stage = new KrillStage(await mkdtemp(join(tmpdir(), 'stage-')));
    const { places, root } = stage;
    const nodes = ownAddresses().slice(0, 1);
    const domains = { krill: 'k.test', rrdp: 'r.test', rsync: 's.test' };
    for (const directory of [places.data, join(places.state, '..'), places.trustAnchor]) {
      await mkdir(directory, { recursive: true });
    }
    for (const name of ['tmp', 'bin', 'answers/ta', 'run/supervisor']) {
      await mkdir(join(root, name), { recursive: true });
    }
    await stage.write(places.sentinel, { id: clusterId, epoch: 1 });
    await stage.write(places.settings, { nodes, domains, krill: settings, logLevel: 'warn' });
    await stage.write(places.permit, { id: '1' });
    await writeFile(places.token, `${adminToken}\n`);
    await stage.program('krill', krill(stage.#log));
    await stage.program('krillc', krillc(stage.#log));
    return stage;
  }

  async program(name: string, text: string): Promise<void> {
    const path = join(this.root, 'bin', name);
    await writeFile(path, text);
    await chmod(path, 0o755);
  }

  write(path: string, record: object): Promise<void> {
    return writeFile(path, JSON.stringify(record));
  }

  /** Lets Krill answer a path. */
  answers(path: string, text: string): Promise<void> {
    return writeFile(join(this.root, 'answers', path), text);
  }

  /** As it is after an initialisation that went well. */
  async initialised(): Promise<void> {
    await this.write(this.places.state, { state: 'initialised' });
    await rm(this.places.permit);
    await mkdir(join(this.places.data, 'cas', 'ca'), { recursive: true });
  }

  start(): StagedSupervisor {
    return new StagedSupervisor(this.root);
  }

  /** As if Krill had done this before: `server`, `ca`, `publisher`, `repo`. */
  async did(...what: readonly string[]): Promise<void> {
    for (const name of what) await writeFile(`${this.#log}.${name}`, '');
  }

  /** What the programs that stand in for Krill's have logged. */
  async log(): Promise<readonly string[]> {
    const text = await readFile(this.#log, 'utf8').catch(() => '');
    return text.split('\n').slice(0, -1);
  }

  /** The pid of each Krill that was started. */
  async krills(): Promise<readonly number[]> {
    const starts = (await this.log()).filter((line) => line.startsWith('start '));
    return starts.map((line) => Number(line.split(' ')[1]));
  }

  /** What the supervisor tells the agent. */
  async refusal(): Promise<KrillRefusal> {
    await eventually(() => existsSync(this.places.refusal), 'the report of a refusal');
    return JSON.parse(await readFile(this.places.refusal, 'utf8'));
  }

  async state(): Promise<unknown> {
    return JSON.parse(await readFile(this.places.state, 'utf8').catch(() => 'null'));
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true });
  }
}

/** The supervisor in a process of its own. */
export class StagedSupervisor {
  readonly process: ChildProcess;
  /** Exit code or signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  said = '';

  constructor(root: string) {
    const flags = ['--disable-warning=ExperimentalWarning'];
    const path = `${join(root, 'bin')}:${process.env['PATH']}`;
    this.process = spawn(process.execPath, [...flags, supervisor, root, clusterId], {
      env: { PATH: path },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    this.process.stderr?.on('data', (chunk: Buffer) => {
      this.said += chunk.toString('utf8');
    });
    this.ended = new Promise((resolve) =>
      this.process.once('exit', (code, signal) => resolve(code ?? signal)),
    );
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Waits until it has said so; fails with what it said instead. */
  async says(words: string): Promise<void> {
    await eventually(() => this.said.includes(words), `"${words}" in "${this.said}"`);
  }
}

/** Waits until it is so, for ten seconds at most. */
export async function eventually(
  check: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  for (const until = performance.now() + 10_000; performance.now() < until; ) {
    if (await check()) return;
    await pause(20);
  }
  throw new Error(`never came: ${what}`);
}
