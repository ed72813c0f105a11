import { EventEmitter } from 'node:events';
import { setImmediate as settled } from 'node:timers/promises';
import { fixedDelay } from './barrier.ts';
import type { Screen } from './define-options.ts';
import { dryRun } from './dry-run.ts';
import { makeDirectories } from './durable.ts';
import { scriptGate } from './gate.ts';
import { readIllness } from './health.ts';
import { accept } from './hold.ts';
import { faultOf, KrillsyncError, messageOf } from './krillsync-error.ts';
import { lockStateDirectory } from './lock.ts';
import { type Log, levelOf, type TextOutput, textLog } from './log.ts';
import { type Invocation, type Options, parseOptions } from './options.ts';
import { progressOn } from './progress.ts';
import { repair } from './repair.ts';
import type { Setup } from './setup.ts';
import { type AnswerMemory, readOnly, SourceMemory } from './source-memory.ts';
import { sourceOf } from './source-of.ts';
import { ThreadCrew } from './thread-crew.ts';
import { update } from './update.ts';
import { type VerifyResult, verify } from './verify.ts';

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
  const [first, dir] = argv;
  const faultOfStdout = faultsOf(io.stdout);
  try {
    if (first === 'marker-child' && dir !== undefined) {
      const { runMarkerChild } = await import('./marker-child.ts');
      await runMarkerChild(dir, process.stdin, process.stdout);
      return 0;
    }
    const code = await carryOut(parseOptions(argv, io), io);
    await requireTaken(faultOfStdout);
    return code;
  } catch (error) {
    textLog(io.stderr, 'error').error(messageOf(error));
    if (argv.includes('--json')) printJson(io.stdout, failure(error));
    return 1;
  }
}

const failure = (error: unknown) => ({
  result: 'failed',
  fault: faultOf(error),
  error: messageOf(error),
});

/** @returns what went wrong with an output from now on. */
function faultsOf(output: TextOutput): () => Error | undefined {
  let fault: Error | undefined;
  const note = (error: Error) => {
    fault = error;
  };
  if (output instanceof EventEmitter) output.on('error', note);
  return () => fault;
}

/** Whoever asked for a result must not believe that there was none. */
async function requireTaken(faultOfStdout: () => Error | undefined): Promise<void> {
  await settled();
  const fault = faultOfStdout();
  if (fault) throw new KrillsyncError('local', `cannot write to stdout: ${fault.message}`);
}

async function carryOut(invocation: Invocation, io: KrillsyncIo): Promise<number> {
  switch (invocation.do) {
    case 'exit':
      return invocation.code;
    case 'health':
      return health(invocation.stateDir, io.stderr);
    case 'accept':
      return acceptHeld(invocation.stateDir, io);
    case 'dry run':
      return tryOut(invocation.options, io);
    case 'verify':
      return check('verify', invocation.options, io);
    default:
      return locked(invocation.do, invocation.options, io);
  }
}

function health(stateDir: string, stderr: TextOutput): number {
  const illness = readIllness(stateDir, Date.now());
  if (illness !== undefined) stderr.write(`krillsync: ${illness}\n`);
  return illness === undefined ? 0 : 1;
}

function acceptHeld(stateDir: string, { stdout, stderr }: KrillsyncIo): number {
  const accepted = accept(stateDir);
  if (accepted) stdout.write(`accepted: session ${accepted.session} serial ${accepted.serial}\n`);
  else stderr.write(`krillsync: nothing is held in ${stateDir}\n`);
  return accepted ? 0 : 1;
}

async function locked(
  task: 'once' | 'watch' | 'repair',
  options: Options,
  io: KrillsyncIo,
): Promise<number> {
  // What we write is for other users: NGINX's and rsyncd's.
  process.umask(0o022);
  makeDirectories(options.stateDir);
  const lock = lockStateDirectory(options.stateDir);
  try {
    if (task === 'watch') {
      const { daemon } = await import('./daemon.ts');
      return await daemon(options, io, (log, stop) => setupOf(options, io, log, stop));
    }
    return task === 'once' ? await once(options, io) : await check('repair', options, io);
  } finally {
    lock.release();
  }
}

async function once(options: Options, io: KrillsyncIo): Promise<number> {
  const progress = options.verbosity < 0 ? undefined : progressOn(io.stderr);
  const setup = { ...(await plainSetup(options, io)), thorough: true };
  const updating = update({ ...setup, ...(progress ? { progress } : {}) });
  const result = await updating.finally(() => progress?.clear());
  await compressIf(options.gzip, setup);
  textLog(io.stderr, levelOf(options.verbosity)).info(
    `${result.result}: session ${result.session} serial ${result.serial}`,
  );
  if (options.json) printJson(io.stdout, result);
  return 0;
}

async function compressIf(isWanted: boolean, setup: Setup): Promise<void> {
  if (!isWanted) return;
  const { compressServed } = await import('./compress.ts');
  await compressServed(setup);
}

async function tryOut(options: Options, io: KrillsyncIo): Promise<number> {
  const log = textLog(io.stderr, levelOf(options.verbosity));
  const memory = readOnly(new SourceMemory(options.stateDir));
  const setup = await setupOf(options, io, log, stopOf(io), memory);
  const result = await dryRun({ ...setup, thorough: true });
  if (options.json) printJson(io.stdout, result);
  else io.stdout.write(`${result.plan}: ${result.because}\n`);
  return result.plan === 'refuse' ? 1 : 0;
}

/** Without repairs it takes no lock and writes nothing: it can look at what a daemon serves. */
async function check(
  task: 'verify' | 'repair',
  options: Options,
  io: KrillsyncIo,
): Promise<number> {
  const setup = { ...(await plainSetup(options, io)), thorough: true };
  let result = await verify(setup);
  if (task === 'repair' && result.result !== 'sound') {
    tell(result, options, io);
    await repair(setup, result);
    await compressIf(options.gzip, setup);
    result = await verify(setup);
  }
  tell(result, options, io);
  return result.result === 'sound' ? 0 : 1;
}

function tell(result: VerifyResult, { json }: Options, { stdout, stderr }: KrillsyncIo): void {
  if (json) printJson(stdout, result);
  else for (const fault of result.faults) stderr.write(`krillsync: ${fault}\n`);
}

const printJson = (output: TextOutput, result: object): void =>
  void output.write(`${JSON.stringify(result)}\n`);

function plainSetup(options: Options, io: KrillsyncIo): Promise<Omit<Setup, 'thorough'>> {
  const log = textLog(io.stderr, levelOf(options.verbosity));
  return setupOf(options, io, log, stopOf(io));
}

const stopOf = ({ stop }: KrillsyncIo): AbortSignal => stop ?? new AbortController().signal;

/** What most runs do not need is loaded when it is needed: a run of cron's is short. */
async function setupOf(
  options: Options,
  { version }: KrillsyncIo,
  log: Log,
  stop: AbortSignal,
  memory: AnswerMemory = new SourceMemory(options.stateDir),
): Promise<Omit<Setup, 'thorough'>> {
  const { rsyncDisable, rsyncDir, rsyncIncludeHost, rsyncInterval } = options;
  const { rrdpMaxDeltas, maxRemoval, maxTrees, minFree, validation } = options;
  const rsync = { dir: rsyncDir, includesHost: rsyncIncludeHost, everyMs: rsyncInterval * 1000 };
  const gates = validation.scripts.map(scriptGate);
  if (validation.tals.length > 0) {
    const { rpkiClientGate } = await import('./rpki-client.ts');
    gates.push(rpkiClientGate(validation));
  }
  return {
    notification: options.notification,
    source: await sourceOf(options, memory, version),
    stateDir: options.stateDir,
    rrdpDir: options.rrdpDir,
    ...(rsyncDisable ? {} : { rsync }),
    ...(rrdpMaxDeltas === undefined ? {} : { maxDeltas: rrdpMaxDeltas }),
    ...(maxRemoval ? { maxRemoval } : {}),
    ...(maxTrees === undefined ? {} : { maxTrees }),
    minFree,
    gates,
    cleanupAfterMs: options.cleanupAfter * 1000,
    crew: new ThreadCrew(stop),
    barrier: fixedDelay(options.rrdpNotifyDelay),
    log,
    stop,
    now: Date.now,
  };
}
