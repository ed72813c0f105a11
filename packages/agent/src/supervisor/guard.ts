import { readdir, statfs } from 'node:fs/promises';
import type { ClusterRecord, ClusterSettings } from '@krillmanager/core';
import type { Places } from './places.ts';
import { readRecord, whenMissing } from './read-record.ts';
import { Refusal } from './refusal.ts';

/** FUSE_SUPER_MAGIC of statfs(2): GlusterFS mounts are FUSE mounts. */
const fuseMagic = 0x65735546;

/** Whether the path lies on a FUSE mount, as the volume does. */
export const isOnFuse = async (path: string): Promise<boolean> =>
  (await statfs(path)).type === fuseMagic;

/** @throws Refusal unless the place is what this cluster prepared for Krill on its volume. */
export async function assertPlace(
  places: Places,
  clusterId: string,
  isVolume: (path: string) => Promise<boolean>,
): Promise<void> {
  if (!(await isVolume(places.krill))) {
    throw new Refusal('its directory is not on the replicated volume');
  }
  const sentinel = await readRecord<ClusterRecord>(places.sentinel);
  if (sentinel === null) {
    throw new Refusal('the volume has no sentinel: nothing was prepared for Krill here');
  }
  if (sentinel.id !== clusterId) {
    throw new Refusal(`the volume belongs to cluster ${sentinel.id}, not ${clusterId}`);
  }
}

/** @throws Refusal when the state on the volume, and the data beside it, do not allow a start. */
export async function permission(places: Places): Promise<'run' | 'initialise'> {
  const record = await readRecord<{ state: unknown }>(places.state);
  // In every mode an initialised Krill has a certificate authority.
  const authorities = await readdir(`${places.data}/cas`).catch(whenMissing([]));
  const permitted = (await readRecord<object>(places.permit)) !== null;
  const state = record === null ? 'absent' : record.state;
  return judge({ state, hasContent: authorities.length > 0, permitted });
}

interface Evidence {
  /** As recorded: also what a later release may have written. */
  readonly state: unknown;
  readonly hasContent: boolean;
  readonly permitted: boolean;
}

/**
 * A repository was lost in 2025 because Krill started on an empty directory: it never does here.
 * @throws Refusal when Krill must not start
 */
export function judge({ state, hasContent, permitted }: Evidence): 'run' | 'initialise' {
  switch (state) {
    case 'initialised':
      if (hasContent) return 'run';
      throw new Refusal(
        'it was initialised, but its data directory is empty: restore it, do not start over',
      );
    case 'initialising':
      throw new Refusal('an initialisation died in its middle and cannot be resumed');
    case 'absent':
      if (hasContent) {
        throw new Refusal('there is a repository, but no record that it was initialised here');
      }
      if (permitted) return 'initialise';
      throw new Refusal('nobody has permitted an initialisation');
    default:
      throw new Refusal(`its recorded state, ${JSON.stringify(state)}, is not known`);
  }
}

export async function readSettings(places: Places): Promise<ClusterSettings> {
  const settings = await readRecord<ClusterSettings>(places.settings);
  if (settings === null) throw new Refusal('the volume has no settings for it');
  return settings;
}
