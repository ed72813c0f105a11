import { Command, CommanderError } from 'commander';
import { initCommand } from './commands/init.ts';
import { statusCommand } from './commands/status.ts';
import { versionCommand } from './commands/version.ts';
import { krillcCommand } from './krillc/krillc-command.ts';

/** The options of a cluster stand before or after the command: `--slave=1 init` as the original had. */
function withClusterOptions(command: Command): Command {
  return command
    .option('--slave-ips <ips>', 'addresses of the other nodes, separated by commas')
    .option('--slave <1>', 'make this server a slave: it waits for its master')
    .option('--config <file>', 'configuration file (default: /etc/krillmanager/krillmanager.yaml)')
    .option(
      '--advertise <ip>',
      'our own address in the cluster (default: the one towards the slaves)',
    )
    .option(
      '--wait-slaves <seconds>',
      'how long to wait for slaves that are not ready (default: 600)',
    )
    .option('--dry-run', 'print what would be done, and do nothing')
    .option('--yes', 'consent to what the plan takes away')
    .option('--no-input', 'never ask')
    .option('--json', 'print JSON on standard output');
}

const examples = `
Examples:
  krillmanager --slave=1 init                              on each slave, first
  krillmanager --slave-ips=10.0.0.2,10.0.0.3 init          on the master
  krillmanager --slave-ips=10.0.0.2,10.0.0.3 init --dry-run
  krillmanager status
  krillmanager krillc list

Exit codes: 0 done, 1 failed, 2 usage, 3 needs confirmation, 4 another run holds the lock,
5 did not converge.
`;

/** @returns the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const program = withClusterOptions(new Command('krillmanager'))
    .description('Runs Krill, NGINX and rsyncd as one RPKI publication service on a cluster')
    .enablePositionalOptions()
    .exitOverride()
    .addHelpText('after', examples);
  let code = 0;
  const run =
    (command: (options: Record<string, unknown>) => Promise<number>) =>
    async (_options: unknown, self: Command): Promise<void> => {
      code = await command(self.optsWithGlobals());
    };
  withClusterOptions(program.command('init'))
    .description(
      'form the cluster, or bring it to the list of nodes given; run it again at any time',
    )
    .action(run(initCommand));
  program
    .command('status')
    .description('what runs where')
    .option('--json', 'print JSON on standard output')
    .action(run(statusCommand));
  program
    .command('krillc')
    .description("Krill's own command line, connected to the Krill of this cluster")
    .passThroughOptions()
    .allowUnknownOption()
    .helpOption(false)
    .argument('[arguments...]')
    .action(async (given: string[]) => {
      code = await krillcCommand(given);
    });
  program
    .command('version')
    .description('versions of krillmanager and of what it runs')
    .option('--json', 'print JSON on standard output')
    .action(run(versionCommand));
  program.option('--version', 'print the version').on('option:version', () => {
    throw new CommanderError(0, 'krillmanager.version', '');
  });
  return parse(program, argv, () => code);
}

/** `--slave` alone means 1; left as it is it would take the command after it for its value. */
const spellSlave = (word: string): string => (word === '--slave' ? '--slave=1' : word);

async function parse(
  program: Command,
  argv: readonly string[],
  code: () => number,
): Promise<number> {
  try {
    await program.parseAsync(argv.map(spellSlave), { from: 'user' });
    return code();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'krillmanager.version') return versionCommand({});
    // Commander has printed what is wrong; help that was asked for is no error.
    return error.exitCode === 0 ? 0 : 2;
  }
}
