import type { Argv } from '../run.ts';
import { type PortRange, rangeText, serverPorts, worldPorts } from './cluster-ports.ts';
import type { FirewallWish } from './firewall-wish.ts';
import type { Scope } from './nft-ruleset.ts';

/** firewalld's own commands for the same, in its default zone. All can be repeated. */
export function firewalldCommands(scope: Scope, { ports, gone }: FirewallWish): readonly Argv[] {
  const open = worldPorts(ports).map((port) => permanent(`--add-port=${target(port)}`));
  const shut = gone.flatMap((peer) =>
    serverPorts.map((port) => permanent(`--remove-rich-rule=${richRule(peer, port)}`)),
  );
  return [...open, ...serverCommands(scope), ...shut, ['firewall-cmd', '--reload']];
}

function serverCommands(scope: Scope): readonly Argv[] {
  if (scope === 'world') return serverPorts.map((port) => permanent(`--add-port=${target(port)}`));
  const peers = scope.flatMap((peer) =>
    serverPorts.map((port) => permanent(`--add-rich-rule=${richRule(peer, port)}`)),
  );
  return [...peers, ...serverPorts.map((port) => permanent(`--remove-port=${target(port)}`))];
}

const permanent = (change: string): Argv => ['firewall-cmd', '--permanent', '--quiet', change];

const target = (port: PortRange): string => `${rangeText(port)}/${port.protocol}`;

function richRule(peer: string, port: PortRange): string {
  const family = peer.includes(':') ? 'ipv6' : 'ipv4';
  const to = `port port="${rangeText(port)}" protocol="${port.protocol}"`;
  return `rule family="${family}" source address="${peer}" ${to} accept`;
}
