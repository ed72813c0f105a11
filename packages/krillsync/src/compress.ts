import { spawn } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  futimesSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { syncDirectory } from './durable.ts';
import { errorCode, KrillsyncError, messageOf } from './krillsync-error.ts';
import { filesOf, readServed } from './rrdp-directory.ts';
import type { Setup } from './setup.ts';
import { compressedSuffix } from './uri.ts';

/** Hidden, so neither a possible name of a source's file nor served. */
const workName = '.krillsync-gzip';

/** Without name and time in it, so that equal files come out equal on all nodes. */
const compressor = ['-n', '19', 'gzip', '--no-name', '--stdout', '-6'] as const;

export interface Compressed {
  readonly files: number;
  readonly bytes: number;
}

type CompressSetup = Pick<Setup, 'rrdpDir' | 'notification' | 'log' | 'stop'>;

/**
 * Puts a compressed copy beside each snapshot and delta that is served, with the same time. Done by
 * another program at the lowest priority, after clients have the new state. The notification gets
 * none: it and its copy could not be switched at the same instant.
 *
 * @throws KrillsyncError fault 'local' when gzip fails.
 */
export async function compressServed(setup: CompressSetup): Promise<Compressed> {
  const { rrdpDir, notification, log, stop } = setup;
  const served = readServed(rrdpDir, notification, log)?.notification;
  let [files, bytes] = [0, 0];
  for (const { path } of served ? filesOf(served) : []) {
    if (stop.aborted) break;
    const size = await compressFile(rrdpDir, path, stop);
    if (size !== undefined) files += 1;
    bytes += size ?? 0;
  }
  rmSync(join(rrdpDir, workName), { recursive: true, force: true });
  return { files, bytes };
}

/** @returns the size of the new copy; undefined when there is one, or nothing to copy any more. */
async function compressFile(
  rrdpDir: string,
  path: string,
  stop: AbortSignal,
): Promise<number | undefined> {
  const [source, target] = [join(rrdpDir, path), join(rrdpDir, path + compressedSuffix)];
  const found = statSync(source, { throwIfNoEntry: false });
  if (!found || statSync(target, { throwIfNoEntry: false })?.mtimeMs === found.mtimeMs) {
    return undefined;
  }
  const work = join(rrdpDir, workName);
  mkdirSync(work, { recursive: true });
  const temporary = join(work, 'copy');
  const [input, output] = [openSync(source, 'r'), openSync(temporary, 'w', 0o644)];
  try {
    await runGzip(input, output, path, stop);
    futimesSync(output, found.mtimeMs / 1000, found.mtimeMs / 1000);
    fsyncSync(output);
  } finally {
    closeSync(input);
    closeSync(output);
  }
  renameSync(temporary, target);
  syncDirectory(dirname(target));
  return statSync(target).size;
}

function runGzip(input: number, output: number, path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('nice', compressor, { stdio: [input, output, 'ignore'], signal });
    const failed = (why: string) =>
      reject(new KrillsyncError('local', `${path} cannot be compressed: ${why}`));
    child.on('error', (error) => failed(messageOf(error)));
    child.on('close', (code, by) =>
      code === 0 ? resolve() : failed(`gzip ended with ${code ?? by}`),
    );
  });
}

/** Compresses whenever it is told that there is something new, one file at a time. */
export class Compressor {
  readonly #setup: CompressSetup;
  #running: Promise<void> | undefined;
  #isAskedAgain = false;
  #files = 0;
  #bytes = 0;
  #seconds = 0;

  constructor(setup: CompressSetup) {
    this.#setup = setup;
  }

  /** Since the beginning; seconds by the clock on the wall. */
  get counts(): Compressed & { readonly seconds: number } {
    return { files: this.#files, bytes: this.#bytes, seconds: this.#seconds };
  }

  /** Returns at once. */
  ask(): void {
    this.#isAskedAgain = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log, stop } = this.#setup;
    while (this.#isAskedAgain && !stop.aborted) {
      this.#isAskedAgain = false;
      const began = performance.now();
      try {
        const { files, bytes } = await compressServed(this.#setup);
        this.#files += files;
        this.#bytes += bytes;
      } catch (error) {
        // Served uncompressed; a file that went meanwhile is no trouble.
        if (!stop.aborted && errorCode(error) !== 'ENOENT') log.warn(messageOf(error));
      }
      this.#seconds += (performance.now() - began) / 1000;
    }
  }
}
