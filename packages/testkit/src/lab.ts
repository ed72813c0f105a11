import { fileURLToPath } from 'node:url';
import { type Finished, runProgram } from './run-program.ts';

/** Where a lab is; labs with three different values stand side by side. */
export type LabPlace = {
  /** Directory of the disks (LAB_DIR). */
  readonly dir: string;
  /** First three octets of the hosts' addresses (LAB_NET), such as 10.55.0. */
  readonly net: string;
  /** IPv6 prefix that ends in :: (LAB_NET6), such as fd55::. */
  readonly net6: string;
};

export type LabHost = `h${number}`;

export type LabHostStatus = {
  readonly name: LabHost;
  readonly ip: string;
  readonly ip6: string;
  readonly state: 'running' | 'off' | 'cut' | 'frozen';
  /** The machine's pid of the host's pid 1. */
  readonly pid: number | null;
  /** Path of the host's Docker socket as the machine sees it. */
  readonly docker: string | null;
};

export type LabStatus = {
  readonly dir: string;
  readonly bridge: string;
  readonly hosts: readonly LabHostStatus[];
};

export type LabExecOptions = {
  readonly stdin?: string | Uint8Array;
  /** The command in the host is killed after that many milliseconds; default 120 000. */
  readonly deadlineMs?: number;
};

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
const program = `${checkout}scripts/lab`;

/** Where a host finds a file of this checkout, wherever the machine has it. */
export const inLabHost = (path: string): string =>
  path.startsWith(checkout) ? `/lab/checkout/${path.slice(checkout.length)}` : path;

const commandDeadlineMs = 300_000;
const execDeadlineMs = 120_000;

/** The place that LAB_DIR, LAB_NET and LAB_NET6 name, or the lab's own defaults. */
export const labPlaceFromEnvironment = (environment: NodeJS.ProcessEnv): LabPlace => ({
  dir: environment['LAB_DIR'] ?? '/var/tmp/krillmanager-lab',
  net: environment['LAB_NET'] ?? '10.55.0',
  net6: environment['LAB_NET6'] ?? 'fd55::',
});

/**
 * Drives `scripts/lab`: several real hosts on this machine. Needs root.
 * Every method but `tryExec` rejects with the command's own words when it fails.
 */
export class Lab {
  readonly place: LabPlace;

  constructor(place: LabPlace) {
    this.place = place;
  }

  /** Makes hosts h1 to hN run, whatever was there before. */
  async up(hosts: number): Promise<void> {
    await this.#must(['up', String(hosts)]);
  }

  /** Removes every trace of this lab. */
  async down(): Promise<void> {
    await this.#must(['down']);
  }

  async status(): Promise<LabStatus> {
    return JSON.parse(await this.#must(['status', '--json'])) as LabStatus;
  }

  /** Runs argv in a host, without a shell. Returns its standard output; rejects unless it exits with 0. */
  async exec(
    host: LabHost,
    argv: readonly string[],
    options: LabExecOptions = {},
  ): Promise<string> {
    const finished = await this.tryExec(host, argv, options);
    return standardOutput(`on ${host}: ${argv.join(' ')}`, finished);
  }

  /** As exec, but an exit code other than 0 is a result. The lab's own refusal is 125. */
  async tryExec(
    host: LabHost,
    argv: readonly string[],
    { stdin, deadlineMs = execDeadlineMs }: LabExecOptions = {},
  ): Promise<Finished> {
    return this.#run(['exec', host, '--', ...argv], deadlineMs, stdin);
  }

  /** Runs a shell script in a host. */
  async sh(host: LabHost, script: string, options: LabExecOptions = {}): Promise<string> {
    return this.exec(host, ['sh', '-euc', script], options);
  }

  /** Copies a file or directory of this machine into a host. */
  async push(host: LabHost, source: string, target: string): Promise<void> {
    await this.#must(['push', host, source, target]);
  }

  /** Copies a file or directory of a host to this machine. */
  async pull(host: LabHost, source: string, target: string): Promise<void> {
    await this.#must(['pull', host, source, target]);
  }

  /** Pulls the host's network cable; it keeps running. */
  async cut(host: LabHost): Promise<void> {
    await this.#must(['cut', host]);
  }

  /** Plugs the cable in again. */
  async join(host: LabHost): Promise<void> {
    await this.#must(['join', host]);
  }

  /** Power loss: every process at once. The page cache is not lost, so it proves nothing about fsync. */
  async kill(host: LabHost): Promise<void> {
    await this.#must(['kill', host]);
  }

  /** Starts a host that is off, with its disk and addresses; resolves when its daemons answer. */
  async boot(host: LabHost): Promise<void> {
    await this.#must(['boot', host]);
  }

  /** Orderly restart; resolves when the host's daemons answer again. */
  async reboot(host: LabHost): Promise<void> {
    await this.#must(['reboot', host]);
  }

  /** Stops every process of the host where it stands. */
  async freeze(host: LabHost): Promise<void> {
    await this.#must(['freeze', host]);
  }

  async thaw(host: LabHost): Promise<void> {
    await this.#must(['thaw', host]);
  }

  /** Gives a host that is off a new, empty disk. */
  async wipe(host: LabHost): Promise<void> {
    await this.#must(['wipe', host]);
  }

  async #must(argv: readonly string[]): Promise<string> {
    return standardOutput(`lab ${argv.join(' ')}`, await this.#run(argv, commandDeadlineMs));
  }

  #run(argv: readonly string[], deadlineMs: number, stdin?: string | Uint8Array) {
    const { dir, net, net6 } = this.place;
    const env = { ...process.env, LAB_DIR: dir, LAB_NET: net, LAB_NET6: net6 };
    return runProgram(program, argv, {
      env,
      deadlineMs,
      ...(stdin === undefined ? {} : { stdin }),
    });
  }
}

function standardOutput(what: string, { code, signal, stdout, stderr }: Finished): string {
  if (code === 0) return stdout;
  throw new Error(`${what}: ${signal ?? `exit code ${code}`}\n${stderr}${stdout}`);
}
