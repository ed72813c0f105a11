import { fixedDelay } from './barrier.ts';
import { directorySource } from './directory-source.ts';
import { makeDirectories } from './durable.ts';
import { readIllness } from './health.ts';
import { messageOf } from './krillsync-error.ts';
import { lockStateDirectory } from './lock.ts';
import { jsonLog, type Log, levelOf, type TextOutput, textLog } from './log.ts';
import { type Options, parseOptions, type Screen } from './options.ts';
import type { Setup } from './setup.ts';
import { type UpdateResult, update } from './update.ts';
import { watch } from './watch.ts';

export interface KrillsyncIo extends Screen {
  /** Ends --watch; SIGTERM and SIGINT do when it is absent. */
  readonly stop?: AbortSignal;
}

/**
 * The command. Never throws.
 *
 * @param argv without the program's name.
 * @returns the exit code: 0 for success and nothing new, 1 for everything else, usage included.
 */
export async function runKrillsync(argv: readonly string[], io: KrillsyncIo): Promise<number> {
  try {
    const invocation = parseOptions(argv, io);
    if (invocation.do === 'exit') return invocation.code;
    if (invocation.do === 'health') return health(invocation.stateDir, io.stderr);
    return await synchronise(invocation.options, io);
  } catch (error) {
    textLog(io.stderr, 'error').error(messageOf(error));
    return 1;
  }
}

function health(stateDir: string, stderr: TextOutput): number {
  const illness = readIllness(stateDir, Date.now());
  if (illness !== undefined) stderr.write(`krillsync: ${illness}\n`);
  return illness === undefined ? 0 : 1;
}

async function synchronise(options: Options, io: KrillsyncIo): Promise<number> {
  // What we write is for other users: NGINX's and rsyncd's.
  process.umask(0o022);
  makeDirectories(options.stateDir);
  const lock = lockStateDirectory(options.stateDir);
  try {
    return options.watch ? await daemon(options, io) : await once(options, io);
  } finally {
    lock.release();
  }
}

async function once(options: Options, io: KrillsyncIo): Promise<number> {
  const log = textLog(io.stderr, levelOf(options.verbosity));
  const stop = io.stop ?? new AbortController().signal;
  const result = await update({ ...setupOf(options, log, stop), thorough: true });
  log.info(`${result.result}: session ${result.session} serial ${result.serial}`);
  if (options.json) printJson(io.stdout, result);
  return 0;
}

async function daemon(options: Options, io: KrillsyncIo): Promise<number> {
  // A daemon's log tells what it serves, so its usual level is one higher.
  const log = jsonLog(io.stderr, levelOf(options.verbosity + 1));
  const setup = setupOf(options, log, io.stop ?? stopOnSignal());
  log.info('watching', { source: options.sourceDir, uri: options.notification.text });
  await watch(setup, (result) => {
    if (options.json) printJson(io.stdout, result);
  });
  log.info('stopped');
  return 0;
}

const printJson = (output: TextOutput, result: UpdateResult): void =>
  void output.write(`${JSON.stringify(result)}\n`);

function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => controller.abort());
  }
  return controller.signal;
}

function setupOf(options: Options, log: Log, stop: AbortSignal): Omit<Setup, 'thorough'> {
  const { rsyncDisable, rsyncDir, rsyncIncludeHost, rrdpMaxDeltas } = options;
  return {
    notification: options.notification,
    source: directorySource(options.sourceDir),
    stateDir: options.stateDir,
    rrdpDir: options.rrdpDir,
    ...(rsyncDisable
      ? {}
      : { rsync: { dir: rsyncDir, includesHost: rsyncIncludeHost, everyMs: 0 } }),
    ...(rrdpMaxDeltas === undefined ? {} : { maxDeltas: rrdpMaxDeltas }),
    cleanupAfterMs: options.cleanupAfter * 1000,
    barrier: fixedDelay(options.rrdpNotifyDelay),
    log,
    stop,
    now: Date.now,
  };
}
