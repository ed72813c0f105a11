import { readdir, readFile, statfs } from 'node:fs/promises';
import type { ClusterRecord, ClusterSettings, KrillState } from '@krillmanager/core';
import type { Places } from './places.ts';

/** FUSE_SUPER_MAGIC of statfs(2): GlusterFS mounts are FUSE mounts. */
const fuseMagic = 0x65735546;

/** Why Krill must not start here, in the operator's words; null when nothing speaks against it. */
export async function objection(places: Places, clusterId: string): Promise<string | null> {
  const { type } = await statfs(places.krill);
  if (type !== fuseMagic) return 'the directory is not on the replicated volume';
  const sentinel = await readJson<ClusterRecord>(places.sentinel);
  if (sentinel === null) return 'the volume has no sentinel: nothing was prepared for Krill here';
  if (sentinel.id !== clusterId)
    return `the volume belongs to cluster ${sentinel.id}, not ${clusterId}`;
  return null;
}

export type Permission =
  | { readonly may: 'run' }
  | { readonly may: 'initialise' }
  | { readonly may: 'not'; readonly because: string };

/** What the state on the volume, and what stands in the data directory, allow. */
export async function permission(places: Places): Promise<Permission> {
  const state = (await readJson<{ state: KrillState }>(places.state))?.state ?? 'absent';
  // In every mode an initialised Krill has a certificate authority.
  const authorities = await readdir(`${places.data}/cas`).catch(whenMissing([]));
  const permitted = (await readJson<object>(places.permit)) !== null;
  return judge({ state, hasContent: authorities.length > 0, permitted });
}

interface Evidence {
  readonly state: KrillState;
  readonly hasContent: boolean;
  readonly permitted: boolean;
}

/** A repository was lost in 2025 because Krill started on an empty directory: it never does here. */
export function judge({ state, hasContent, permitted }: Evidence): Permission {
  if (state === 'initialised') {
    if (hasContent) return { may: 'run' };
    return no(
      'Krill was initialised, but its data directory is empty: restore it, do not start over',
    );
  }
  if (state === 'initialising') {
    return no('an initialisation died in its middle and cannot be resumed');
  }
  if (hasContent) return no('there is a repository, but no record that it was initialised here');
  return permitted ? { may: 'initialise' } : no('nobody has permitted an initialisation');
}

const no = (because: string): Permission => ({ may: 'not', because });

export async function readSettings(places: Places): Promise<ClusterSettings> {
  const settings = await readJson<ClusterSettings>(places.settings);
  if (settings === null) throw new Error('the volume has no settings for Krill');
  return settings;
}

async function readJson<T>(path: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    return whenMissing(null)(error);
  }
}

/** A directory that cannot be read is no empty one. */
const whenMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value;
    throw error;
  };
