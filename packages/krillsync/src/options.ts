import { join, resolve } from 'node:path';
import { CommanderError } from 'commander';
import { defineOptions, type Flags, type Screen } from './define-options.ts';
import { KrillsyncError, messageOf } from './krillsync-error.ts';
import { barrierDeadlineSeconds } from './limits.ts';
import { isMarkerName } from './marker.ts';
import type { RemovalRule } from './removal.ts';
import { overlapOf } from './separate-directories.ts';
import { type NotificationUri, parseNotificationUri, withoutCredentials } from './uri.ts';

type SourceChoice =
  | { readonly kind: 'directory'; readonly dir: string }
  | {
      readonly kind: 'https';
      readonly base: string;
      /** `user:password` of the URI, which is kept apart so that nothing ever shows it. */
      readonly auth?: string;
      readonly insecure: boolean;
      readonly caFile?: string;
    };

export interface ValidationChoice {
  readonly tals: readonly string[];
  readonly rejects: boolean;
  readonly isOffline: boolean;
  readonly scripts: readonly string[];
}

export interface BarrierChoice {
  readonly dir: string;
  /** One is made up when undefined. */
  readonly name: string | undefined;
  /** Seconds. */
  readonly deadline: number;
}

export interface Options {
  readonly notification: NotificationUri;
  readonly source: SourceChoice;
  readonly stateDir: string;
  readonly rrdpDir: string;
  readonly rsyncDir: string;
  readonly rsyncDisable: boolean;
  readonly rsyncIncludeHost: boolean;
  /** Seconds. */
  readonly rsyncInterval: number;
  /** Seconds. */
  readonly rrdpNotifyDelay: number;
  /** Undefined without peers. */
  readonly barrier: BarrierChoice | undefined;
  readonly rrdpMaxDeltas: number | undefined;
  /** Seconds. */
  readonly cleanupAfter: number;
  /** Compressed copies beside snapshots and deltas. */
  readonly gzip: boolean;
  readonly maxTrees: number | undefined;
  /** Percent. */
  readonly minFree: number;
  readonly validation: ValidationChoice;
  readonly maxRemoval: RemovalRule | undefined;
  /** Seconds; the source's own interval when undefined. */
  readonly pollInterval: number | undefined;
  readonly metrics: { readonly host: string; readonly port: number } | undefined;
  readonly json: boolean;
  /** Number of -v less number of -q. */
  readonly verbosity: number;
}

export type Invocation =
  | { readonly do: 'once' | 'watch' | 'dry run' | 'verify' | 'repair'; readonly options: Options }
  | { readonly do: 'health' | 'accept'; readonly stateDir: string }
  | { readonly do: 'exit'; readonly code: 0 | 1 };

/**
 * Reads the command line.
 *
 * @throws KrillsyncError for what is not usable; usage faults are printed and exit with 1.
 */
export function parseOptions(argv: readonly string[], screen: Screen): Invocation {
  const command = defineOptions(screen);
  try {
    command.parse(argv.map(dashed), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { do: 'exit', code: error.exitCode === 0 ? 0 : 1 };
    throw error;
  }
  const flags = command.opts<Flags>();
  if (flags.health !== undefined) return { do: 'health', stateDir: flags.health };
  if (flags.accept !== undefined) return { do: 'accept', stateDir: flags.accept };
  const [word, ...others] = command.args;
  if (word === 'accept' && others.length === 0) {
    return { do: 'accept', stateDir: resolve(flags.stateDir) };
  }
  // The words come before a URI, and neither is one.
  const [uri, ...more] = word === 'verify' ? others : command.args;
  if (uri === undefined) throw usage('the URI of the notification file is missing');
  if (more.length > 0) throw usage(`too many arguments: ${more.join(' ')}`);
  const task = taskOf(word === 'verify' ? { ...flags, verify: true } : flags);
  return { do: task, options: complete(uri, flags) };
}

/** The peer knows spellings with underscores too, and `-s=DIR`. */
const dashed = (word: string): string =>
  word.replace(/^--[a-z_-]+/, (name) => name.replaceAll('_', '-')).replace(/^-s=/, '--state-dir=');

const usage = (message: string, cause?: unknown): KrillsyncError =>
  new KrillsyncError('usage', `${message}; see krillsync --help`, { cause });

function taskOf(flags: Flags): 'once' | 'watch' | 'dry run' | 'verify' | 'repair' {
  const { watch, dryRun, verify, repair, metrics } = flags;
  if ([watch, dryRun, verify].filter(Boolean).length > 1) {
    throw usage('only one of --watch, --dry-run and --verify can be given');
  }
  if (repair && !verify) throw usage('--repair needs --verify');
  if (metrics !== undefined && !watch) throw usage('--metrics needs --watch');
  if (watch) return 'watch';
  if (dryRun) return 'dry run';
  if (repair) return 'repair';
  return verify ? 'verify' : 'once';
}

function complete(uri: string, flags: Flags): Options {
  const stateDir = resolve(flags.stateDir);
  const notification = notificationOf(uri);
  const places = {
    source: sourceOf(notification, flags),
    stateDir,
    rrdpDir: resolve(flags.rrdpDir ?? join(stateDir, 'rrdp')),
    rsyncDir: resolve(flags.rsyncDir ?? join(stateDir, 'rsync')),
    rsyncDisable: flags.rsyncDisable ?? false,
  };
  const overlap = overlapOf(places);
  if (overlap !== undefined) throw usage(overlap);
  return {
    notification,
    ...places,
    rsyncIncludeHost: flags.rsyncIncludeHost ?? false,
    rsyncInterval: flags.rsyncInterval ?? (flags.watch ? 30 : 0),
    rrdpNotifyDelay: flags.rrdpNotifyDelay,
    barrier: barrierOf(flags),
    rrdpMaxDeltas: flags.rrdpMaxDeltas,
    cleanupAfter: flags.cleanupAfter,
    gzip: flags.gzip ?? false,
    maxTrees: flags.maxTrees,
    minFree: flags.minFree,
    validation: validationOf(flags),
    maxRemoval: removalRuleOf(flags),
    pollInterval: flags.pollInterval,
    metrics: flags.metrics === undefined ? undefined : addressOf(flags.metrics),
    json: flags.json ?? false,
    verbosity: flags.verbose - flags.quiet,
  };
}

function barrierOf(flags: Flags): BarrierChoice | undefined {
  const { barrierDir, barrierName, barrierDeadline, rrdpNotifyDelay, watch } = flags;
  if (barrierDir === undefined) {
    if (barrierName === undefined && barrierDeadline === undefined) return undefined;
    throw usage('--barrier-name and --barrier-deadline need --barrier-dir');
  }
  if (!watch) throw usage('--barrier-dir needs --watch');
  if (rrdpNotifyDelay > 0) throw usage('--barrier-dir and --rrdp-notify-delay exclude each other');
  if (barrierName !== undefined && !isMarkerName(barrierName)) {
    throw usage('--barrier-name takes letters, digits, ".", "_" and "-", up to 100');
  }
  return {
    dir: resolve(barrierDir),
    name: barrierName,
    deadline: barrierDeadline ?? barrierDeadlineSeconds,
  };
}

function removalRuleOf({ maxRemoval, maxRemovalLeast }: Flags): RemovalRule | undefined {
  if (maxRemoval === undefined) {
    if (maxRemovalLeast === undefined) return undefined;
    throw usage('--max-removal-least needs --max-removal');
  }
  if (maxRemoval > 100) throw usage('--max-removal is a percentage');
  return { percent: maxRemoval, least: maxRemovalLeast ?? 1 };
}

function validationOf(flags: Flags): ValidationChoice {
  const { tal = [], talRejectInvalid = false, offlineValidation = false } = flags;
  if (tal.length === 0 && (talRejectInvalid || offlineValidation)) {
    throw usage('--tal-reject-invalid and --offline-validation need --tal');
  }
  return {
    tals: tal.map((file) => resolve(file)),
    rejects: talRejectInvalid,
    isOffline: offlineValidation,
    scripts: flags.preValidate ?? [],
  };
}

function notificationOf(uri: string): NotificationUri {
  if (uri !== withoutCredentials(uri)) {
    throw usage(`the notification URI ${withoutCredentials(uri)} is given with a user or password`);
  }
  try {
    return parseNotificationUri(uri);
  } catch (cause) {
    throw usage(`the notification URI cannot be used: ${messageOf(cause)}`, cause);
  }
}

function sourceOf(notification: NotificationUri, flags: Flags): SourceChoice {
  const { sourceUriBase: base, insecure = false, caFile } = flags;
  const isUri = base === undefined || /^[a-z][a-z0-9+.-]*:\/\//i.test(base);
  if (!isUri) return { kind: 'directory', dir: resolve(base) };
  const text = base ?? `${notification.origin}/${[...notification.base, ''].join('/')}`;
  const url = URL.parse(text);
  if (url?.protocol !== 'https:' || url.search || url.hash || !url.pathname.endsWith('/')) {
    const shown = withoutCredentials(text);
    throw usage(`the source ${shown} is not an https URI that ends in a slash, nor a directory`);
  }
  return { kind: 'https', ...apart(url), insecure, ...(caFile === undefined ? {} : { caFile }) };
}

function apart(url: URL): { readonly base: string; readonly auth?: string } {
  const auth = [url.username, url.password].map(decoded).join(':');
  const base = withoutCredentials(url.href);
  return auth === ':' ? { base } : { base, auth };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function addressOf(text: string): { host: string; port: number } {
  const [, bracketed, plain, port = ''] =
    /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) > 65_535) throw usage(`${text} is not HOST:PORT`);
  return { host: host || '127.0.0.1', port: Number(port) };
}
