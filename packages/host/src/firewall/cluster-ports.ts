import type { ServicePorts } from '@krillmanager/core';

/** Ports of one protocol; a range when `last` is there. */
export interface PortRange {
  readonly protocol: 'tcp' | 'udp';
  readonly first: number;
  readonly last?: number;
  readonly purpose: string;
}

const tcp = (purpose: string, first: number, last?: number): PortRange => ({
  protocol: 'tcp',
  purpose,
  first,
  ...(last === undefined ? {} : { last }),
});

/** What the cluster's servers say to each other; nobody else should reach it. */
export const serverPorts: readonly PortRange[] = [
  tcp('Docker Swarm management', 2377),
  tcp('Docker Swarm membership', 7946),
  { ...tcp('Docker Swarm membership', 7946), protocol: 'udp' },
  { ...tcp('Docker Swarm overlay networks', 4789), protocol: 'udp' },
  tcp('GlusterFS management', 24007, 24008),
  tcp('GlusterFS bricks', 49152, 49251),
  tcp('Krill', 3000),
  tcp('heartbeats', 9654),
];

/** What relying parties, browsers and the load balancer reach; the agent's port tells no secrets. */
export const worldPorts = ({
  http,
  https,
  rsync,
  balancers,
}: ServicePorts): readonly PortRange[] => [
  tcp('HTTP', http),
  tcp('HTTPS: RRDP, and Krill behind NGINX', https),
  tcp('rsync', rsync),
  tcp('HTTPS behind load balancers', balancers),
  tcp("the agent's health and facts", 9655),
];

/** e.g. "24007-24008" */
export const rangeText = ({ first, last }: PortRange, between = '-'): string =>
  last === undefined ? String(first) : `${first}${between}${last}`;
