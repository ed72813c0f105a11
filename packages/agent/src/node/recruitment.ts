import {
  type ClusterRecord,
  type HostFiles,
  type HostNames,
  type Ip,
  isIp,
  type JoinMaterial,
  parseIp,
  paths,
  Secret,
  sealedText,
} from '@krillmanager/core';
import { localStore } from './local-store.ts';
import type { NodePorts } from './node-ports.ts';

/** By whom this server lets itself be taken in; written by `init --slave=1`. */
export interface RecruitTerms {
  readonly master: Ip | null;
  readonly secret: Secret | null;
}

const file = `${paths.told}/recruit.json`;

type Files = Pick<HostFiles, 'read' | 'write'>;

/** Null when whoever comes first may have it. */
export async function readTerms(files: Pick<Files, 'read'>): Promise<RecruitTerms | null> {
  const text = await files.read(file);
  if (text === null) return null;
  const { master, secret } = JSON.parse(text) as { master: Ip | null; secret: string | null };
  return { master, secret: secret === null ? null : new Secret(secret) };
}

/** Root only, on this disk only: never on the volume. */
export function writeTerms(files: Files, { master, secret }: RecruitTerms): Promise<void> {
  const text = JSON.stringify({ master, secret: secret?.reveal() ?? null });
  return files.write(file, text, { mode: 0o600, uid: 0, gid: 0 });
}

/** From now on anybody may take this server in. */
export const forgetTerms = (files: Pick<HostFiles, 'remove'>): Promise<void> => files.remove(file);

/** More are none of ours; and whoever asks may be anybody. */
const mostNodes = 100;

/**
 * A server that is in no cluster names the nodes of the one that takes it in, before glusterd hears
 * of them: it tries a name that it could not resolve again only after 3 s. Each name is made from
 * its address, so that nobody can have another server named.
 */
export async function learnNames(
  nodes: string | null,
  { names, local }: { readonly names: HostNames; readonly local: HostFiles },
): Promise<void> {
  const told = (nodes ?? '').split(',').filter(isIp).map(parseIp);
  if (told.length === 0 || told.length > mostNodes) return;
  const { settings, left } = await localStore(local).recall();
  if (settings !== null || left !== null) return;
  await names.assign([...(await names.named()), ...told]);
}

/** Whether the door that stands open is the one that our secret fits. */
export type Seal = 'missing' | 'wrong' | 'right';

export interface Offer {
  readonly cluster: ClusterRecord | null;
  readonly join: JoinMaterial | null;
  readonly node: Ip | null;
}

export function checkSeal(
  secret: Secret,
  { cluster, join, node }: Offer,
  { images, seal }: Pick<NodePorts, 'images' | 'seal'>,
): Seal {
  const given = node === null ? undefined : join?.seals?.[node];
  if (cluster === null || join === null || node === null || given === undefined) return 'missing';
  const { managers, token } = join;
  const expected = seal(secret, sealedText({ cluster, node, images, managers, token }));
  return expected === given ? 'right' : 'wrong';
}
