import { basename, dirname, join } from 'node:path';
import { endProcess } from '@krillmanager/krillsync/end-process';

const output = {
  stdout: (text: string) => void process.stdout.write(text),
  stderr: (text: string) => void process.stderr.write(text),
};

/**
 * One executable under several names. Each loads its own part only: to evaluate all of them takes
 * longer than an update of krillsync's.
 */
async function main(name: string, argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  // The second is the peer's, for crontab lines that were written for it.
  if (name === 'krillsync' || name === 'krill-sync') return krillsync(argv);
  if (name === 'krillc') return (await import('./krillc/krillc-command.ts')).krillcCommand(argv);
  if (name === 'open-cluster-ports') {
    return (await import('@krillmanager/host')).runOpenClusterPorts(argv, output);
  }
  switch (first) {
    case 'krillsync':
      return krillsync(rest);
    case 'volume-child':
      return volumeChild();
    case 'krill-supervisor':
      return krillSupervisor(rest);
    case 'agent':
      return agent();
    default:
      return (await import('./program.ts')).runProgram(argv);
  }
}

async function krillsync(argv: readonly string[]): Promise<number> {
  const { runKrillsync } = await import('@krillmanager/krillsync');
  const version = process.env['KRILLMANAGER_VERSION'];
  const { stdout, stderr } = process;
  return runKrillsync(argv, { stdout, stderr, ...(version === undefined ? {} : { version }) });
}

/** A child of the program's own, as the next one is. */
async function volumeChild(): Promise<number> {
  const { paths } = await import('@krillmanager/core');
  const { runVolumeChild } = await import('@krillmanager/host');
  await runVolumeChild(paths.volume, { mounted: true });
  return 0;
}

async function krillSupervisor(argv: readonly string[]): Promise<number> {
  const { runKrillSupervisor } = await import('@krillmanager/agent');
  const { templateRenderer } = await import('@krillmanager/host');
  return runKrillSupervisor(argv, templateRenderer(join(dirname(process.execPath), 'templates')));
}

async function agent(): Promise<number> {
  const { installedRelease } = await import('@krillmanager/agent');
  const { agentCommand } = await import('./commands/agent.ts');
  return agentCommand(await installedRelease());
}

/** Only when something went wrong. */
async function failed(error: unknown, argv: readonly string[]): Promise<number> {
  const { asksForJson, reportError } = await import('./render/report-error.ts');
  const { stdout, stderr } = process;
  return reportError(error, { stderr, ...(asksForJson(argv) && { json: stdout }) });
}

const onlyShow = ['status', 'logs', 'config', 'version', 'help'];

/** Whoever read us has gone (`| head`): what only shows ends, what changes something goes on. */
function onClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  if (process.argv.some((word) => onlyShow.includes(word))) process.exit(0);
}
process.stdout.on('error', onClosedPipe);
process.stderr.on('error', onClosedPipe);

const argv = process.argv.slice(2);
const endFailed = async (error: unknown): Promise<never> => endProcess(await failed(error, argv));
// An exception that nobody caught ends the process as orderly as an error does, and as surely.
process.once('uncaughtException', endFailed);

main(basename(process.argv0), argv).then(endProcess, endFailed);
