import type { Argv } from '../run.ts';
import { type PortRange, rangeText, serverPorts, worldPorts } from './cluster-ports.ts';
import type { Scope } from './nft-ruleset.ts';

/** ufw's own commands for the same; what it does not allow it denies. All can be repeated. */
export function ufwCommands(scope: Scope): readonly Argv[] {
  const open = worldPorts.map(allow);
  if (scope === 'world') return [...open, ...serverPorts.map(allow)];
  const peers = scope.flatMap((peer) => serverPorts.map((port) => allowFrom(peer, port)));
  return [...open, ...peers, ...serverPorts.map(forget)];
}

const allow = (port: PortRange): Argv => ['ufw', 'allow', target(port)];

/** ufw says so, with exit code 0, when there is no such rule. */
const forget = (port: PortRange): Argv => ['ufw', '--force', 'delete', 'allow', target(port)];

const allowFrom = (peer: string, port: PortRange): Argv => [
  ...(['ufw', 'allow', 'proto', port.protocol, 'from', peer] as const),
  ...['to', 'any', 'port', rangeText(port, ':')],
];

const target = (port: PortRange): string => `${rangeText(port, ':')}/${port.protocol}`;

/** Whether /etc/ufw/ufw.conf says that ufw is on; its unit is "active" either way. */
export const ufwEnabled = (conf: string): boolean => /^\s*ENABLED\s*=\s*["']?yes/im.test(conf);
