import { type HostFiles, type Ip, isIp, parseIp, paths } from '@krillmanager/core';
import type { Scope } from './nft-ruleset.ts';

/** What the operator asked `open-cluster-ports` for; without one the agent touches no firewall. */
export interface FirewallRecord {
  readonly scope: Scope;
  /** The world stays let in, also when this server is a member. */
  readonly keepOpen: boolean;
}

const recordFile = `${paths.told}/firewall.json`;
const appliedFile = `${paths.told}/firewall-applied.json`;
const access = { mode: 0o644, uid: 0, gid: 0 } as const;

type Files = Pick<HostFiles, 'read' | 'write'>;

export async function readFirewallRecord(files: Files): Promise<FirewallRecord | null> {
  const text = await files.read(recordFile);
  return text === null ? null : (JSON.parse(text) as FirewallRecord);
}

export const writeFirewallRecord = (files: Files, record: FirewallRecord): Promise<void> =>
  files.write(recordFile, JSON.stringify(record), access);

/** Those whom ufw or firewalld was told to let in: their rules outlive us, and so must our memory. */
export async function readLetIn(files: Files): Promise<readonly Ip[]> {
  const text = await files.read(appliedFile);
  return text === null ? [] : (JSON.parse(text) as string[]).filter(isIp).map(parseIp);
}

export const writeLetIn = (files: Files, scope: Scope): Promise<void> =>
  files.write(appliedFile, JSON.stringify(scope === 'world' ? [] : scope), access);
