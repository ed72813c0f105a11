import { type Ip, type ServicePorts, usualSettings } from '@krillmanager/core';
import { type PortRange, rangeText, serverPorts, worldPorts } from './cluster-ports.ts';

/** Who may reach the ports that only the cluster's servers need. */
export type Scope = 'world' | readonly Ip[];

/**
 * Our table for `nft -f -`, which replaces it as a whole, so that it can be loaded again and again.
 *
 * In netfilter an accept ends one table only and a drop is final. So our accepts are a record of
 * what is meant to be open, which another table can still close; our drops hold for all.
 */
export function nftRuleset(scope: Scope, ports: ServicePorts = usualSettings.ports): string {
  return `table inet krillmanager
delete table inet krillmanager
table inet krillmanager {
  chain input {
    type filter hook input priority filter - 5; policy accept;
    iifname "lo" accept
    ${rulesOf(scope, worldPorts(ports)).join('\n    ')}
  }
}
`;
}

const rulesOf = (scope: Scope, open: readonly PortRange[]): readonly string[] =>
  scope === 'world'
    ? accept([...open, ...serverPorts])
    : [...accept(open), ...peerRules(scope), ...drop(serverPorts)];

function peerRules(peers: readonly Ip[]): readonly string[] {
  const families = [
    ['ip', peers.filter((ip) => !ip.includes(':'))],
    ['ip6', peers.filter((ip) => ip.includes(':'))],
  ] as const;
  return families
    .filter(([, ips]) => ips.length > 0)
    .flatMap(([family, ips]) => accept(serverPorts, `${family} saddr ${set(ips)} `));
}

const accept = (ports: readonly PortRange[], from = ''): readonly string[] =>
  matches(ports).map(({ match }) => `${from}${match} accept`);

/**
 * A connection that we open may have any of the bricks' ports at our end, so only packets that
 * would open one to us are dropped. That needs no connection tracking.
 */
const drop = (ports: readonly PortRange[]): readonly string[] =>
  matches(ports).map(({ protocol, match }) =>
    protocol === 'tcp'
      ? `${match} tcp flags & (fin | syn | rst | ack) == syn drop`
      : `${match} drop`,
  );

const matches = (ports: readonly PortRange[]) =>
  (['tcp', 'udp'] as const)
    .map((protocol) => ({ protocol, of: ports.filter((port) => port.protocol === protocol) }))
    .filter(({ of }) => of.length > 0)
    .map(({ protocol, of }) => ({
      protocol,
      match: `${protocol} dport ${set(of.map((port) => rangeText(port)))}`,
    }));

const set = (elements: readonly string[]): string => `{ ${elements.join(', ')} }`;
