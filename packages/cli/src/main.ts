import { basename, dirname, join } from 'node:path';
import { installedRelease, runKrillSupervisor } from '@krillmanager/agent';
import { paths } from '@krillmanager/core';
import { runOpenClusterPorts, runVolumeChild, templateRenderer } from '@krillmanager/host';
import { runKrillsync } from '@krillmanager/krillsync';
import { agentCommand } from './commands/agent.ts';
import { krillcCommand } from './krillc/krillc-command.ts';
import { runProgram } from './program.ts';
import { reportError } from './render/report-error.ts';

const output = {
  stdout: (text: string) => void process.stdout.write(text),
  stderr: (text: string) => void process.stderr.write(text),
};

/** One executable under several names; the first two cases below are its own children. */
async function main(name: string, argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  if (name === 'krillsync') return runKrillsync(argv, process);
  if (name === 'krillc') return krillcCommand(argv);
  if (name === 'open-cluster-ports') return runOpenClusterPorts(argv, output);
  switch (first) {
    case 'krillsync':
      return runKrillsync(rest, process);
    case 'volume-child':
      await runVolumeChild(paths.volume, { mounted: true });
      return 0;
    case 'krill-supervisor':
      return runKrillSupervisor(
        rest,
        templateRenderer(join(dirname(process.execPath), 'templates')),
      );
    case 'agent':
      return agentCommand(await installedRelease());
    default:
      return runProgram(argv);
  }
}

const onlyShow = ['status', 'logs', 'config', 'version', 'help'];

/** Whoever read us has gone (`| head`): what only shows ends, what changes something goes on. */
function onClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  if (process.argv.some((word) => onlyShow.includes(word))) process.exit(0);
}
process.stdout.on('error', onClosedPipe);
process.stderr.on('error', onClosedPipe);

main(basename(process.argv0), process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => process.exit(reportError(error, process.stderr)),
);
