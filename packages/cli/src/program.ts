import { logSources } from '@krillmanager/agent';
import { Command, CommanderError, Option } from 'commander';
import { acceptCommand } from './commands/accept.ts';
import { configCheck, configNginx, configSchema, configShow } from './commands/config.ts';
import { helpCommand } from './commands/help.ts';
import { initCommand } from './commands/init.ts';
import { leaveCommand } from './commands/leave.ts';
import { logsCommand } from './commands/logs.ts';
import { parts, restartCommand, startCommand, stopCommand } from './commands/running.ts';
import { statusCommand } from './commands/status.ts';
import { versionCommand } from './commands/version.ts';
import { givenOptions } from './given-options.ts';
import { krillcCommand } from './krillc/krillc-command.ts';
import { examples, examplesOf } from './render/examples.ts';
import { asksForJson } from './render/report-error.ts';
import { spellSlave } from './spell-slave.ts';

const json = ['--json', 'print JSON on standard output'] as const;
const dryRun = ['--dry-run', 'print what would be done, and do nothing'] as const;
const yes = ['--yes', 'do what needs a confirmation without asking'] as const;
const noInput = ['--no-input', 'never ask: what needs a confirmation fails with 3'] as const;

/** Commander could not read it as it is shown. */
function slave(): Option {
  const option = new Option('--slave <1>', 'make this server a slave: it waits for its master');
  option.flags = '--slave[=1]';
  return option;
}

/** Options stand before or after the command: `--slave=1 init` as the original had. */
const withClusterOptions = (command: Command): Command =>
  withConfigurationOptions(command)
    .option('--slave-ips <ips>', 'addresses of the other nodes, separated by commas')
    .addOption(slave())
    .option('--master <ip>', 'of a slave: nobody else may take it in')
    .option('--join-secret-file <file>', 'by which slaves know their master; the same on all')
    .option('--wait <seconds>', 'of a slave: wait until it is a member')
    .option(
      '--advertise <ip>',
      'our own address in the cluster (default: the one towards the slaves)',
    )
    .option(
      '--wait-slaves <seconds>',
      'how long to wait for slaves that are not ready (default: 600)',
    )
    .option(...dryRun)
    .option(...yes)
    .option(...noInput)
    .option(...json);

const withConfigurationOptions = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration file (default: /etc/krillmanager/krillmanager.yaml)')
    .option('--private', "certificates from the cluster's own authority (tls.mode: private)");

type Run = (
  command: (options: Record<string, unknown>, argument: string | undefined) => Promise<number>,
) => (...given: unknown[]) => Promise<void>;

/** @returns the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const program = withClusterOptions(new Command('krillmanager'))
    .description('Runs Krill, NGINX and rsyncd as one RPKI publication service on a cluster')
    .enablePositionalOptions()
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText('after', examples);
  let code = 0;
  const run: Run =
    (command) =>
    async (...given) => {
      const self = given.at(-1) as Command;
      const [argument] = self.processedArgs as (string | undefined)[];
      code = await command(givenOptions(self), argument);
    };
  addCluster(program, run);
  addServices(program, run);
  addConfig(program, run);
  program
    .command('krillc')
    .description("Krill's own command line, connected to the Krill of this cluster")
    .passThroughOptions()
    .allowUnknownOption()
    .helpOption(false)
    .argument('[arguments...]')
    .action(async (given: string[], _options: unknown, self: Command) => {
      givenOptions(self);
      code = await krillcCommand(given);
    });
  program
    .command('help')
    .description('help, also of one command')
    .argument('[command...]')
    .action(async (words: string[]) => {
      code = await helpCommand(program, words);
    });
  program
    .command('version')
    .description('versions of krillmanager and of what it runs')
    .option(...json)
    .action(run(versionCommand));
  program.option('--version', 'print the version').on('option:version', () => {
    throw new CommanderError(0, 'krillmanager.version', '');
  });
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
    command.addHelpText('after', examplesOf(command.name()));
  }
  return parse(program, argv, () => code);
}

function addCluster(program: Command, run: Run): void {
  withClusterOptions(program.command('init'))
    .description(
      'form the cluster, or bring it to the list of nodes given; run it again at any time',
    )
    .action(run(initCommand));
  program
    .command('status')
    .description('what runs where')
    .option('--watch', 'show it anew every two seconds')
    .option(...json)
    .action(run(statusCommand));
  program
    .command('leave')
    .description('take this server out of a cluster that does not want it any more')
    .option('--force', 'also when the cluster still wants it, or cannot be asked')
    .option(...dryRun)
    .option(...yes)
    .option(...noInput)
    .option(...json)
    .action(run(leaveCommand));
}

function addServices(program: Command, run: Run): void {
  program
    .command('start')
    .description('start what "stop" stopped')
    .option(...dryRun)
    .option(...json)
    .action(run(startCommand));
  program
    .command('stop')
    .description('stop Krill and all serving, on all nodes, until "start": clients are refused')
    .option(...dryRun)
    .option(...json)
    .action(run(stopCommand));
  program
    .command('restart')
    .description('start one service anew, or all of them, node by node')
    .argument('[service]', parts.join(', '))
    .option(...dryRun)
    .option(...json)
    .action(run((options, part) => restartCommand(part, options)));
  program
    .command('accept')
    .description(
      'show an update that is held because it removes much, after a look at what would go',
    )
    .option(...dryRun)
    .option(...yes)
    .option(...noInput)
    .option(...json)
    .action(run(acceptCommand));
  program
    .command('logs')
    .description('what a service has logged, on all nodes, in the order of time')
    .argument('<service>', logSources.join(', '))
    .showHelpAfterError()
    .option('-f, --follow', 'go on as it logs more')
    .option('--tail <n>', 'the last n lines only')
    .action(run((options, source) => logsCommand(source, options)));
}

function addConfig(program: Command, run: Run): void {
  const config = program.command('config').description('the configuration');
  withConfigurationOptions(config.command('show'))
    .description('what flags, environment, file and defaults come to')
    .option(...json)
    .action(run(configShow));
  withConfigurationOptions(config.command('check'))
    .description('check the file and the files it names')
    .option(...json)
    .action(run(configCheck));
  withConfigurationOptions(config.command('nginx'))
    .description(
      'the configuration of NGINX as a cache, without a cluster (publication.mode: caching)',
    )
    .action(run(configNginx));
  config.command('schema').description('JSON Schema of the file').action(run(configSchema));
}

async function parse(
  program: Command,
  argv: readonly string[],
  code: () => number,
): Promise<number> {
  try {
    await program.parseAsync(spellSlave(argv), { from: 'user' });
    return code();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const json = asksForJson(argv);
    if (error.code === 'krillmanager.version') return versionCommand({ json });
    // Commander has printed what is wrong for people; help that was asked for is no error.
    if (error.exitCode === 0) return 0;
    const exitCode = 2;
    const message = error.message.replace(/^error: /, '');
    if (json)
      process.stdout.write(`${JSON.stringify({ ok: false, exitCode, message, hint: null })}\n`);
    return exitCode;
  }
}
