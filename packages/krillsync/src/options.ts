import { join, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { KrillsyncError, messageOf } from './krillsync-error.ts';
import type { TextOutput } from './log.ts';
import { type NotificationUri, parseNotificationUri } from './uri.ts';

export interface Options {
  readonly notification: NotificationUri;
  readonly sourceDir: string;
  readonly stateDir: string;
  readonly rrdpDir: string;
  readonly rsyncDir: string;
  readonly rsyncDisable: boolean;
  readonly rsyncIncludeHost: boolean;
  /** Seconds. */
  readonly rrdpNotifyDelay: number;
  readonly rrdpMaxDeltas: number | undefined;
  /** Seconds. */
  readonly cleanupAfter: number;
  readonly watch: boolean;
  readonly json: boolean;
  /** Number of -v less number of -q. */
  readonly verbosity: number;
}

export type Invocation =
  | { readonly do: 'synchronise'; readonly options: Options }
  | { readonly do: 'health'; readonly stateDir: string }
  | { readonly do: 'exit'; readonly code: 0 | 1 };

interface Flags {
  readonly sourceUriBase?: string;
  readonly stateDir: string;
  readonly rrdpDir?: string;
  readonly rsyncDir?: string;
  readonly rsyncDisable?: true;
  readonly rsyncIncludeHost?: true;
  readonly rrdpNotifyDelay: number;
  readonly rrdpMaxDeltas?: number;
  readonly cleanupAfter: number;
  readonly watch?: true;
  readonly json?: true;
  readonly health?: string;
  readonly verbose: number;
  readonly quiet: number;
}

export interface Screen {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly version?: string;
}

/**
 * Reads the command line; its option names and defaults are those of krill-sync 0.3.1.
 *
 * @throws KrillsyncError for what is not usable; usage faults are printed and exit with 1.
 */
export function parseOptions(argv: readonly string[], screen: Screen): Invocation {
  const command = define(screen);
  try {
    command.parse(argv.map(dashed), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { do: 'exit', code: error.exitCode === 0 ? 0 : 1 };
    throw error;
  }
  const flags = command.opts<Flags>();
  if (flags.health !== undefined) return { do: 'health', stateDir: flags.health };
  const [uri] = command.args;
  if (uri === undefined) throw usage('the URI of the notification file is missing');
  return { do: 'synchronise', options: complete(uri, flags) };
}

const usage = (message: string): KrillsyncError =>
  new KrillsyncError('usage', `${message}; see krillsync --help`);

function define({ stdout, stderr, version }: Screen): Command {
  const command = new Command('krillsync')
    .description('Keeps local copies of an RPKI repository, for an HTTPS server and for rsyncd.')
    .argument('[notification-uri]', 'public https URI of the notification file')
    .option('--source-uri-base <dir>', "directory with the publication server's RRDP files")
    .option('-s, --state-dir <dir>', 'state directory', '/var/lib/krill-sync')
    .option('--rrdp-dir <dir>', 'RRDP files for the HTTPS server (default: STATE-DIR/rrdp)')
    .option('--rsync-dir <dir>', 'trees for rsyncd (default: STATE-DIR/rsync)')
    .option('--rsync-disable', 'write no rsync trees')
    .option('--rsync-include-host', 'put host and module into the paths below current/')
    .option('--rrdp-notify-delay <s>', 'wait before the notification is shown', wholeNumber(0), 0)
    .option('--rrdp-max-deltas <n>', 'offer the newest n deltas only', wholeNumber(1))
    .option('--cleanup-after <s>', 'keep what is no longer named this long', wholeNumber(0), 3600)
    .option('--watch', 'stay, and update whenever the source changes')
    .option('--json', 'print one JSON object for each update')
    .option('--health <dir>', 'exit 0 if the krillsync that watches with this state dir is well')
    .option('-v, --verbose', 'say more; several times for still more', count, 0)
    .option('-q, --quiet', 'say less', count, 0)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    });
  return version === undefined ? command : command.version(version, '-V, --version');
}

/** The peer knows spellings with underscores too. */
const dashed = (word: string): string =>
  word.replace(/^--[a-z_-]+/, (name) => name.replaceAll('_', '-'));

const count = (_: string, before: number): number => before + 1;

const wholeNumber = (least: number) => (text: string) => {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least) return value;
  throw new InvalidArgumentError(`a whole number from ${least} on is needed`);
};

function complete(uri: string, flags: Flags): Options {
  const stateDir = resolve(flags.stateDir);
  return {
    notification: notificationOf(uri),
    sourceDir: sourceOf(flags.sourceUriBase),
    stateDir,
    rrdpDir: resolve(flags.rrdpDir ?? join(stateDir, 'rrdp')),
    rsyncDir: resolve(flags.rsyncDir ?? join(stateDir, 'rsync')),
    rsyncDisable: flags.rsyncDisable ?? false,
    rsyncIncludeHost: flags.rsyncIncludeHost ?? false,
    rrdpNotifyDelay: flags.rrdpNotifyDelay,
    rrdpMaxDeltas: flags.rrdpMaxDeltas,
    cleanupAfter: flags.cleanupAfter,
    watch: flags.watch ?? false,
    json: flags.json ?? false,
    verbosity: flags.verbose - flags.quiet,
  };
}

function notificationOf(uri: string): NotificationUri {
  try {
    return parseNotificationUri(uri);
  } catch (cause) {
    const message = `the notification URI cannot be used: ${messageOf(cause)}`;
    throw new KrillsyncError('usage', message, { cause });
  }
}

function sourceOf(base: string | undefined): string {
  const only = 'this version reads from a directory only: give --source-uri-base DIR';
  if (base === undefined) throw new KrillsyncError('usage', only);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(base)) {
    throw new KrillsyncError('usage', `cannot fetch from ${base}; ${only}`);
  }
  return resolve(base);
}
