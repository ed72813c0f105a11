import { parseArgs } from 'node:util';
import { type Ip, isIp, parseIp, UserError } from '@krillmanager/core';
import type { Argv } from '../run.ts';
import { rangeText, serverPorts, worldPorts } from './cluster-ports.ts';
import type { Scope } from './nft-ruleset.ts';
import { applyClusterPorts, type FirewallPlan, planClusterPorts } from './open-cluster-ports.ts';

export interface CommandOutput {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

const usage = `Usage: open-cluster-ports [--peers IP,IP…] [--dry-run]

Opens the ports that the servers of a cluster need on this machine: to the world, or, with
--peers, those for the servers among themselves to these addresses only.

  --peers IP,IP…  the other servers of the cluster; may be repeated
  --dry-run       print what would be done, and do nothing
  --help          print this

Run it again at any time: the last call holds. The rules last until the machine restarts, those
of ufw and firewalld beyond that.
`;

/**
 * The command `open-cluster-ports`.
 * @returns exit code: 0 done, 1 failed or still closed, 2 wrong usage
 */
export async function runOpenClusterPorts(
  argv: readonly string[],
  output: CommandOutput,
): Promise<number> {
  try {
    const { help, dryRun, scope } = parse(argv);
    if (help) output.stdout(usage);
    else return await open(scope, dryRun, output);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    output.stderr(`✗ ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`);
    return error.exitCode;
  }
}

async function open(scope: Scope, dryRun: boolean, output: CommandOutput): Promise<number> {
  const plan = await planClusterPorts(scope);
  if (dryRun) {
    output.stdout(shown(plan));
    return 0;
  }
  await applyClusterPorts(plan);
  output.stderr(scope === 'world' ? openedToWorld : openedTo(scope));
  if (plan.closed.length === 0) return 0;
  output.stderr(stillClosed(plan.closed));
  return 1;
}

const shown = ({ ruleset, commands }: FirewallPlan): string =>
  `nft -f - <<'END'\n${ruleset}END\n${commands.map((argv) => `${quoted(argv)}\n`).join('')}`;

/** As one would type it in a shell. */
const quoted = (argv: Argv): string =>
  argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ');

const ports = (of: typeof serverPorts): string =>
  of.map((port) => `${rangeText(port)}/${port.protocol}`).join(' ');

const openedToWorld = `! The cluster's ports are open to the WORLD: ${ports(serverPorts)}
  Anyone can reach Docker Swarm, GlusterFS and Krill on this machine. Restrict them to the
  servers of the cluster: open-cluster-ports --peers IP,IP… (or in a firewall in front of it).
`;

const openedTo = (peers: readonly Ip[]): string =>
  `✓ open to ${peers.join(', ')} only: ${ports(serverPorts)}\n✓ open to the world: ${ports(worldPorts)}\n`;

const stillClosed = (chains: readonly string[]): string =>
  `✗ another firewall on this machine drops what it does not know: ${chains.join('; ')}
  allow these ports in it, then run this again: ${ports([...worldPorts, ...serverPorts])}
`;

interface Parsed {
  readonly help: boolean;
  readonly dryRun: boolean;
  readonly scope: Scope;
}

function parse(argv: readonly string[]): Parsed {
  const { help = false, 'dry-run': dryRun = false, peers } = options(argv);
  return { help, dryRun, scope: peers === undefined ? 'world' : peers.flatMap(addresses) };
}

function options(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        peers: { type: 'string', multiple: true },
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw wrongUsage(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function addresses(list: string): readonly Ip[] {
  const texts = list.split(',').map((text) => text.trim());
  const wrong = texts.find((text) => !isIp(text));
  if (wrong !== undefined) throw wrongUsage(`--peers: "${wrong}" is not an IP address`);
  return texts.map(parseIp);
}

const wrongUsage = (message: string, cause?: unknown): UserError =>
  new UserError(message, { hint: 'see open-cluster-ports --help', exitCode: 2, cause });
