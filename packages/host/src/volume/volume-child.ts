import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Argv } from '../run.ts';
import type { VolumeReply, VolumeRequest } from './volume-protocol.ts';

/** The process that touches the volume in our stead, seen from ours. */
export class VolumeChild {
  /** Settles, never rejects, when the process is gone. */
  readonly ended: Promise<void>;
  readonly #process: ChildProcess;
  readonly #waiting: ((reply: VolumeReply) => void)[] = [];
  #alive = true;

  constructor([program, ...rest]: Argv) {
    // Of its own session: an interrupt at the terminal is for us, and we may still need it then.
    const child = spawn(program, rest, {
      cwd: '/',
      stdio: ['pipe', 'pipe', 'inherit'],
      detached: true,
    });
    this.#process = child;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(this.#end(`it ended (${signal ?? code})`)));
      child.once('error', (error) => resolve(this.#end(error.message)));
    });
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line));
    this.#letParentEnd();
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** The child's reply, whenever it comes; a failure when the child ends before it. */
  ask(request: VolumeRequest): Promise<VolumeReply> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#process.stdin?.write(`${JSON.stringify(request)}\n`);
    });
  }

  /** Kills it; a process that hangs in the kernel lives until the kernel lets it go. */
  kill(because: string): void {
    this.#process.kill('SIGKILL');
    this.#end(because);
  }

  #take(line: string): void {
    const reply = parseReply(line);
    if (reply === null) this.kill('it broke off in the middle of a reply');
    else this.#waiting.shift()?.(reply);
  }

  #end(because: string): void {
    this.#alive = false;
    for (const give of this.#waiting.splice(0)) give({ failed: because });
  }

  #letParentEnd(): void {
    this.#process.unref();
    for (const stream of this.#process.stdio) (stream as Socket | null)?.unref();
  }
}

/** Null for what a child left behind that was killed while it wrote: readline gives that as a line. */
function parseReply(line: string): VolumeReply | null {
  try {
    return JSON.parse(line) as VolumeReply;
  } catch {
    return null;
  }
}
