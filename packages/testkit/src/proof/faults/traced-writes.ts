import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A call that changes something in Krill's data, at its beginning. */
export interface TracedWrite {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly pid: number;
  readonly call: string;
}

const calls =
  'openat,write,pwrite64,writev,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,ftruncate';
const straceArgv = ['strace', '-f', '-q', '-y', '-ttt', '-s', '0', '-e', `trace=${calls}`] as const;
const began = /^\d+ +(\d+\.\d+) (\w+)\((.*)$/;
const changing = /O_WRONLY|O_RDWR|O_CREAT/;
/** The tmpfs that hides Krill's rsync tree is not the volume. */
const onVolume = /\/var\/krill\/(?!data\/repo\/rsync)/;

/** strace on one Krill and its threads, for as long as it lives. */
export class TracedWrites {
  readonly pid: number;
  readonly #file: string;
  readonly #strace: ChildProcess;

  constructor(pid: number, file: string) {
    this.pid = pid;
    this.#file = file;
    const [program, ...options] = straceArgv;
    this.#strace = spawn(program, [...options, '-o', file, '-p', String(pid)], {
      stdio: 'ignore',
    });
  }

  read(): readonly TracedWrite[] {
    const lines = readFileSync(this.#file, 'utf8').split('\n');
    return lines.flatMap((line) => {
      const [, at, call = '', rest = ''] = began.exec(line) ?? [];
      if (at === undefined || !onVolume.test(rest)) return [];
      if (call === 'openat' && !changing.test(rest)) return [];
      return [{ at: Number(at), pid: this.pid, call }];
    });
  }

  stop(): void {
    this.#strace.kill('SIGTERM');
  }
}
