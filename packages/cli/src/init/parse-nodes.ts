import {
  familyOf,
  type Ip,
  isIp,
  isNodeAddress,
  parseIp,
  type StorageSettings,
  UserError,
} from '@krillmanager/core';

/** @throws UserError (usage) that names every fault of the list. */
export function parseSlaveIps(text: string, own: readonly Ip[]): readonly Ip[] {
  const words = text.split(',').map((word) => word.trim());
  // As addresses: the same one may be written in several ways.
  const ips = words.filter(isIp).map(parseIp);
  const twice = ips.filter((ip, at) => ips.indexOf(ip) !== at);
  const faults = [
    ...words.flatMap(addressFault),
    ...new Set(twice.map((ip) => `"${ip}" stands there twice`)),
    ...new Set(ips.filter((ip) => own.includes(ip)).map((ip) => `${ip} is this server itself`)),
  ];
  if (faults.length > 0) {
    throw new UserError(`--slave-ips: ${faults.join('; ')}`, {
      hint: 'list the other nodes only, by their addresses: --slave-ips=10.0.0.2,10.0.0.3',
      exitCode: 2,
    });
  }
  return ips;
}

function addressFault(word: string): readonly string[] {
  if (word === '') return ['an address is empty'];
  if (!isIp(word)) return [`"${word}" is not an address`];
  return isNodeAddress(word) ? [] : [`"${word}" is not the address of a server`];
}

/** The other nodes of the configuration, whose list holds this server too. */
export function otherNodes(
  listed: readonly Ip[] | null,
  addresses: readonly Ip[],
): readonly Ip[] | null {
  if (listed === null) return null;
  const own = listed.filter((ip) => addresses.includes(ip));
  if (own.length === 1) return listed.filter((ip) => !own.includes(ip));
  const what = own.length === 0 ? 'no address' : `${own.length} addresses`;
  throw new UserError(`nodes: ${what} of this server in the list`, {
    hint: `each node stands there once, this server too; its addresses are ${addresses.join(', ')}`,
    exitCode: 2,
  });
}

/**
 * The nodes of the cluster wanted. A set that the cluster already is keeps its order, so that
 * running `init` on another manager changes nothing.
 */
export function clusterNodes(
  self: Ip,
  slaves: readonly Ip[] | null,
  present: readonly Ip[] | null,
): readonly Ip[] {
  if (slaves === null) return present ?? [self];
  const wanted = [self, ...slaves];
  const same = present?.length === wanted.length && present.every((ip) => wanted.includes(ip));
  return same ? present : wanted;
}

/** GlusterFS calls its peers over one family of addresses. @throws UserError (usage) for both. */
export function requireOneFamily(nodes: readonly Ip[]): void {
  if (new Set(nodes.map(familyOf)).size <= 1) return;
  const odd = nodes.filter((ip) => familyOf(ip) !== familyOf(nodes[0] ?? ip));
  throw new UserError(`the nodes are of two families: ${nodes[0]} and ${odd.join(', ')}`, {
    hint: 'give all of them IPv4 addresses, or all of them IPv6 addresses; clients get both either way',
    exitCode: 2,
  });
}

/**
 * Fewer than three nodes cannot lose any one and still agree on what is true. Two may be insisted on.
 * @throws UserError (usage) that says what else could be done
 */
export function requireQuorum(nodes: readonly Ip[], { arbiter, allowTwo }: StorageSettings): void {
  if (arbiter !== undefined && !nodes.includes(arbiter)) {
    throw new UserError(`storage.arbiter: ${arbiter} is not one of the nodes`, {
      hint: `give its address with the others: --slave-ips=${[...nodes.slice(1), arbiter].join(',')}`,
      exitCode: 2,
    });
  }
  if (nodes.length >= 3 || (nodes.length === 2 && allowTwo === true)) return;
  throw new UserError(`a cluster needs three nodes at least, ${nodes.length} given`, {
    hint: nodes.length === 2 ? insteadOfTwo(nodes) : addOne(nodes),
    exitCode: 2,
  });
}

const addOne = (nodes: readonly Ip[]): string =>
  `name the other nodes: --slave-ips=${[...nodes.slice(1), 'ADDRESS'].join(',')}`;

const insteadOfTwo = ([first, ...others]: readonly Ip[]): string =>
  [
    `of two nodes one has to decide alone: without ${first}, Krill would stop and nothing new be published`,
    `add a third server: --slave-ips=${[...others, 'ADDRESS'].join(',')}`,
    'with storage.arbiter: ADDRESS it may be a small one, its copy of the volume has names only',
    'or insist on two with storage.allowTwo: true',
  ].join('\n  ');
