import type { Argv } from '../run.ts';
import { type PortRange, rangeText, serverPorts, worldPorts } from './cluster-ports.ts';
import type { FirewallWish } from './firewall-wish.ts';
import type { Scope } from './nft-ruleset.ts';

/** ufw's own commands for the same; what it does not allow it denies. All can be repeated. */
export function ufwCommands(scope: Scope, { ports, gone }: FirewallWish): readonly Argv[] {
  const open = worldPorts(ports).map(allow);
  const shut = gone.flatMap((peer) => serverPorts.map((port) => forgetFrom(peer, port)));
  if (scope === 'world') return [...open, ...serverPorts.map(allow), ...shut];
  const peers = scope.flatMap((peer) => serverPorts.map((port) => allowFrom(peer, port)));
  return [...open, ...peers, ...serverPorts.map(forget), ...shut];
}

const allow = (port: PortRange): Argv => ['ufw', 'allow', target(port)];

/** ufw says so, with exit code 0, when there is no such rule. */
const forget = (port: PortRange): Argv => ['ufw', '--force', 'delete', 'allow', target(port)];

const allowFrom = (peer: string, port: PortRange): Argv => ['ufw', ...ruleFrom(peer, port)];

const forgetFrom = (peer: string, port: PortRange): Argv => [
  ...(['ufw', '--force', 'delete'] as const),
  ...ruleFrom(peer, port),
];

const ruleFrom = (peer: string, port: PortRange): readonly string[] => [
  ...['allow', 'proto', port.protocol, 'from', peer],
  ...['to', 'any', 'port', rangeText(port, ':')],
];

const target = (port: PortRange): string => `${rangeText(port, ':')}/${port.protocol}`;

/** Whether /etc/ufw/ufw.conf says that ufw is on; its unit is "active" either way. */
export const ufwEnabled = (conf: string): boolean => /^\s*ENABLED\s*=\s*["']?yes/im.test(conf);
