import { Command, InvalidArgumentError } from 'commander';
import { timerMaxSeconds } from './limits.ts';
import type { TextOutput } from './log.ts';

/** The options as they are written; absent ones have no default here. */
export interface Flags {
  readonly sourceUriBase?: string;
  readonly stateDir: string;
  readonly rrdpDir?: string;
  readonly rsyncDir?: string;
  readonly rsyncDisable?: true;
  readonly rsyncIncludeHost?: true;
  readonly rsyncInterval?: number;
  readonly rrdpNotifyDelay: number;
  readonly barrierDir?: string;
  readonly barrierName?: string;
  readonly barrierDeadline?: number;
  readonly rrdpMaxDeltas?: number;
  readonly cleanupAfter: number;
  readonly insecure?: true;
  readonly caFile?: string;
  readonly tal?: readonly string[];
  readonly talRejectInvalid?: true;
  readonly offlineValidation?: true;
  readonly preValidate?: readonly string[];
  readonly maxRemoval?: number;
  readonly maxRemovalLeast?: number;
  readonly gzip?: boolean;
  readonly maxTrees?: number;
  readonly minFree: number;
  readonly watch?: true;
  readonly pollInterval?: number;
  readonly metrics?: string;
  readonly dryRun?: true;
  readonly verify?: true;
  readonly repair?: true;
  readonly json?: true;
  readonly health?: string;
  readonly accept?: string;
  readonly verbose: number;
  readonly quiet: number;
}

export interface Screen {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly version?: string;
}

/** Names and defaults of the first three groups are those of krill-sync 0.3.1. */
export function defineOptions({ stdout, stderr, version }: Screen): Command {
  const command = new Command('krillsync')
    .description('Keeps local copies of an RPKI repository, for an HTTPS server and for rsyncd.')
    .usage('[verify | accept] [options] <notification-uri>')
    .argument('[notification-uri...]', 'public https URI of the notification file');
  for (const add of [source, output, checks, daemon, other]) add(command);
  command
    .addHelpText('after', examples)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    });
  return version === undefined ? command : command.version(version, '-V, --version');
}

const source = (command: Command): Command =>
  command
    .option(
      '--source-uri-base <base>',
      'directory, or https URI with a slash at its end, to read from',
      given,
    )
    .option('--insecure', 'take any certificate of the source')
    .option('--ca-file <file>', "trust these certificates too, for the source's", given);

const output = (command: Command): Command =>
  command
    .option('-s, --state-dir <dir>', 'state directory', given, '/var/lib/krill-sync')
    .option('--rrdp-dir <dir>', 'RRDP files for the HTTPS server (default: STATE-DIR/rrdp)', given)
    .option('--rsync-dir <dir>', 'trees for rsyncd (default: STATE-DIR/rsync)', given)
    .option('--rsync-disable', 'write no rsync trees')
    .option('--rsync-include-host', 'put host and module into the paths below current/')
    .option(
      '--rsync-interval <s>',
      'switch rsync at most once in s (default: 0, with --watch 30)',
      wholeNumber(0),
    )
    .option(
      '--rrdp-notify-delay <s>',
      'wait before the notification is shown',
      wholeNumber(0, timerMaxSeconds),
      0,
    )
    .option(
      '--barrier-dir <dir>',
      'with --watch: show nothing before all nodes that share this directory have it',
      given,
    )
    .option('--barrier-name <name>', 'our name in there (default: host name and a random part)')
    .option(
      '--barrier-deadline <s>',
      'wait at most so long for them (default: 5)',
      wholeNumber(0, timerMaxSeconds),
    )
    .option('--rrdp-max-deltas <n>', 'offer the newest n deltas only', wholeNumber(1))
    .option('--gzip', 'put compressed copies beside snapshots and deltas, for NGINX (gzip_static)')
    .option('--cleanup-after <s>', 'keep what is no longer named this long', wholeNumber(0), 3600)
    .option(
      '--max-trees <n>',
      'keep at most n rsync trees, but none less than 10 minutes',
      wholeNumber(2),
    )
    .option(
      '--min-free <percent>',
      'with less of the disk free, remove what is old early, but none less than 10 minutes',
      wholeNumber(0, 99),
      5,
    );

const checks = (command: Command): Command =>
  command
    .option(
      '--tal <file...>',
      'validate what came, under these trust anchors, with rpki-client',
      givenToo,
    )
    .option('--tal-reject-invalid', 'refuse what is not valid (else: warn)')
    .option('--offline-validation', 'fetch no trust anchor certificate for that')
    .option(
      '--pre-validate <script>',
      'run this with the staged files; if it fails, refuse them',
      givenToo,
    )
    .option(
      '--max-removal <percent>',
      "hold updates that remove more of the objects, or all of a CA's",
      wholeNumber(1),
    )
    .option(
      '--max-removal-least <n>',
      'but none that remove fewer than n (default: 1)',
      wholeNumber(1),
    )
    .option('--dry-run', 'say what an update would do, and do nothing')
    .option('--verify', 'compare all that is served with its hashes')
    .option('--repair', 'with --verify: make anew what is not right');

const daemon = (command: Command): Command =>
  command
    .option('--watch', 'stay, and update whenever the source changes')
    .option(
      '--poll-interval <s>',
      'look at the source so often (default: 0.5, https 30)',
      wholeNumber(1, timerMaxSeconds),
    )
    .option('--metrics <address>', 'with --watch: Prometheus metrics at HOST:PORT')
    .option(
      '--health <dir>',
      'exit 0 if the krillsync that watches with this state dir is well',
      given,
    )
    .option(
      '--accept <dir>',
      'let through what is held by --max-removal, for this state dir',
      given,
    );

const other = (command: Command): Command =>
  command
    .option('--json', 'print one JSON object for each update')
    .option('-v, --verbose', 'say more; several times for still more', count, 0)
    .option('-q, --quiet', 'say less', count, 0);

const examples = `
Examples:
  # every minute from cron, from a publication server that is not public itself
  krillsync https://rrdp.example.net/rrdp/notification.xml \\
      --source-uri-base https://hidden.example.net/rrdp/

  # beside the publication server, as a daemon
  krillsync https://rrdp.example.net/rrdp/notification.xml \\
      --source-uri-base /var/lib/krill/data/repo/rrdp/ --watch --metrics 127.0.0.1:9657

  # is everything that is served what it should be?
  krillsync https://rrdp.example.net/rrdp/notification.xml --verify --repair

The words: "krillsync verify URI" is the same as --verify, "krillsync accept" as --accept
with the directory of -s.

Exit code 0: done, or nothing new. 1: anything else.
`;

const count = (_: string, before: number): number => before + 1;

/** An empty one comes from a variable that is not set, and would be this very directory. */
function given(text: string): string {
  if (text === '') throw new InvalidArgumentError('it must not be empty');
  return text;
}

const givenToo = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  given(text),
];

const wholeNumber =
  (least: number, most = 999_999_999) =>
  (text: string) => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed`);
  };
