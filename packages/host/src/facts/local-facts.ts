import { readFile, statfs } from 'node:fs/promises';
import { hostname, networkInterfaces, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { type HostNames, type Ip, type NodeFacts, parseIp, paths } from '@krillmanager/core';
import { errorCode, orWhenMissing } from '../files/error-code.ts';
import { brickState } from './brick-state.ts';
import { listeningPorts } from './listening-ports.ts';

/** The facts that the machine itself knows; the others are Docker's, GlusterFS's and the agent's. */
export type LocalFacts = Pick<
  NodeFacts,
  'hostname' | 'addresses' | 'clockMs' | 'brick' | 'disk' | 'memoryBytes' | 'takenPorts' | 'named'
>;

export interface LocalFactsOptions {
  /** Ports that our own containers listen on now. */
  readonly ours: readonly number[];
  readonly names: HostNames;
  /** The directory for the brick; the usual one unless told. */
  readonly brick?: string;
  /** The local directory whose disk we fill; the usual one unless told. */
  readonly state?: string;
}

export async function collectLocalFacts({
  ours,
  names,
  brick = paths.brick,
  state = paths.state,
}: LocalFactsOptions): Promise<LocalFacts> {
  const listening = await allListeningPorts();
  return {
    hostname: hostname(),
    addresses: ownAddresses(),
    clockMs: Date.now(),
    brick: await brickState(brick),
    disk: await disk(state),
    memoryBytes: totalmem(),
    takenPorts: [...listening].filter((port) => !ours.includes(port)).toSorted((a, b) => a - b),
    named: await names.named(),
  };
}

/** Addresses of this machine that another could use: neither loopback nor link-local. */
export function ownAddresses(): readonly Ip[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const usable = all.filter(({ address, internal }) => !internal && !isLinkLocal(address));
  return [...new Set(usable.map(({ address }) => parseIp(address)))];
}

/** RFC 3927 and RFC 4291, 2.5.6: fe80::/10. */
const isLinkLocal = (address: string): boolean => /^(169\.254\.|fe[89ab][0-9a-f]:)/i.test(address);

async function allListeningPorts(): Promise<ReadonlySet<number>> {
  const tables = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];
  // The second is missing on a machine without IPv6.
  const texts = await Promise.all(tables.map((t) => orWhenMissing('', readFile(t, 'utf8'))));
  return new Set(texts.flatMap(listeningPorts));
}

/** Of the nearest directory that exists: before the first start ours does not. */
async function disk(path: string): Promise<NodeFacts['disk']> {
  try {
    const { bavail, blocks, bsize } = await statfs(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || path === '/') throw error;
    return await disk(dirname(path));
  }
}
