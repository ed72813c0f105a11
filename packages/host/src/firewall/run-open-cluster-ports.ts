import { parseArgs } from 'node:util';
import {
  type ClusterSettings,
  type HostFiles,
  type Ip,
  isIp,
  isNodeAddress,
  parseIp,
  paths,
  type ServicePorts,
  UserError,
  usualSettings,
} from '@krillmanager/core';
import { hostFiles } from '../files/host-files.ts';
import type { Argv } from '../run.ts';
import { asRoot } from '../system/as-root.ts';
import { type PortRange, rangeText, serverPorts, worldPorts } from './cluster-ports.ts';
import { type FirewallRecord, writeFirewallRecord } from './firewall-record.ts';
import type { Scope } from './nft-ruleset.ts';
import { applyClusterPorts, type FirewallPlan, planClusterPorts } from './open-cluster-ports.ts';

export interface CommandOutput {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

const usage = `Usage: open-cluster-ports [--peers IP,IP… | --world] [--dry-run]

Opens the ports that the servers of a cluster need on this machine: to the world, or, with
--peers, those for the servers among themselves to these addresses only. As soon as this server
is a member of a cluster, its agent closes them to all but the nodes, unless --world was given.

  --peers IP,IP…  the other servers of the cluster; may be repeated
  --world         leave them open to the world for good: a firewall in front restricts them
  --dry-run       print what would be done, and do nothing
  --help          print this

Run it again at any time: the last call holds. The agent loads the rules again when the machine
has restarted. Other tables of nftables are never touched.

Examples:
  open-cluster-ports
  open-cluster-ports --peers 10.0.0.2,10.0.0.3
  open-cluster-ports --world --dry-run
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
    const { help, dryRun, scope, keepOpen } = parse(argv);
    if (help) output.stdout(usage);
    else return await open({ scope, keepOpen }, dryRun, output);
    return 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    output.stderr(`✗ ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`);
    return error.exitCode;
  }
}

async function open(
  record: FirewallRecord,
  dryRun: boolean,
  output: CommandOutput,
): Promise<number> {
  asRoot('open-cluster-ports');
  const { scope, keepOpen } = record;
  const files = hostFiles();
  const services = await portsHere(files);
  const plan = await planClusterPorts(scope, { ports: services, gone: [] });
  if (dryRun) {
    output.stdout(shown(plan));
    return 0;
  }
  await applyClusterPorts(plan);
  await writeFirewallRecord(files, record);
  const world = worldPorts(services);
  if (scope !== 'world') output.stderr(openedTo(scope, world));
  else output.stderr(`${openedToWorld}${keepOpen ? '' : narrowedLater}`);
  if (plan.closed.length === 0) return 0;
  output.stderr(stillClosed(plan.closed, [...world, ...serverPorts]));
  return 1;
}

/** Of a member, those of its cluster. */
async function portsHere(files: HostFiles): Promise<ServicePorts> {
  const text = await files.read(`${paths.local}/settings.json`);
  const { ports } = (text === null ? {} : JSON.parse(text)) as Partial<ClusterSettings>;
  return ports ?? usualSettings.ports;
}

const shown = ({ ruleset, commands }: FirewallPlan): string =>
  `nft -f - <<'END'\n${ruleset}END\n${commands.map((argv) => `${quoted(argv)}\n`).join('')}`;

/** As one would type it in a shell. */
const quoted = (argv: Argv): string =>
  argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ');

const ports = (of: readonly PortRange[]): string =>
  of.map((port) => `${rangeText(port)}/${port.protocol}`).join(' ');

const openedToWorld = `! The cluster's ports are open to the WORLD: ${ports(serverPorts)}
  Anyone can reach Docker Swarm, GlusterFS and Krill on this machine. Restrict them to the
  servers of the cluster: open-cluster-ports --peers IP,IP… (or in a firewall in front of it).
`;

const narrowedLater = '  The agent does so when this server is a member.\n';

const openedTo = (peers: readonly Ip[], world: readonly PortRange[]): string =>
  `✓ open to ${peers.join(', ')} only: ${ports(serverPorts)}\n✓ open to the world: ${ports(world)}\n`;

const stillClosed = (chains: readonly string[], needed: readonly PortRange[]): string =>
  `✗ another firewall on this machine drops what it does not know: ${chains.join('; ')}
  allow these ports in it, then run this again: ${ports(needed)}
`;

interface Parsed extends FirewallRecord {
  readonly help: boolean;
  readonly dryRun: boolean;
}

function parse(argv: readonly string[]): Parsed {
  const { help = false, 'dry-run': dryRun = false, world: keepOpen = false, peers } = options(argv);
  if (keepOpen && peers !== undefined) throw wrongUsage('--world and --peers exclude each other');
  const scope: Scope = peers === undefined ? 'world' : peers.flatMap(addresses);
  return { help, dryRun, keepOpen, scope };
}

function options(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        peers: { type: 'string', multiple: true },
        world: { type: 'boolean' },
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
  const nobody = texts.find((text) => !isNodeAddress(text));
  if (nobody !== undefined) throw wrongUsage(`--peers: "${nobody}" is not the address of a server`);
  return texts.map(parseIp);
}

const wrongUsage = (message: string, cause?: unknown): UserError =>
  new UserError(message, { hint: 'see open-cluster-ports --help', exitCode: 2, cause });
