import { readdir, statfs } from 'node:fs/promises';
import { type ClusterRecord, type ClusterSettings, onVolume, paths } from '@krillmanager/core';
import type { Places } from './places.ts';
import { readRecord, whenMissing } from './read-record.ts';
import { Refusal } from './refusal.ts';

/** Krill's directory as the operator sees it. */
const onHost = `${paths.volume}/${onVolume.krill}`;

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
    throw new Refusal('its directory is not on the replicated volume', {
      todo: 'see why the volume is not mounted on this node: "krillmanager logs agent"; what lies in its place stays as it is',
    });
  }
  const sentinel = await readRecord<ClusterRecord>(places.sentinel);
  if (sentinel === null) {
    throw new Refusal('the volume has no sentinel: nothing was prepared for Krill here', {
      todo: 'run "krillmanager init"',
    });
  }
  if (sentinel.id !== clusterId) {
    throw new Refusal(`the volume belongs to cluster ${sentinel.id}, not ${clusterId}`, {
      todo: 'find out which volume is mounted ("gluster volume info", "findmnt") and mount that of this cluster',
    });
  }
}

/** @throws Refusal when the state on the volume, and the data beside it, do not allow a start. */
export async function permission(places: Places): Promise<Permission> {
  const record = await readRecord<{ state: unknown; mode?: unknown }>(places.state);
  const settings = await readRecord<ClusterSettings>(places.settings);
  // In every mode an initialised Krill has a certificate authority.
  const authorities = await readdir(`${places.data}/cas`).catch(whenMissing([]));
  const permitted = (await readRecord<object>(places.permit)) !== null;
  const state = record === null ? 'absent' : record.state;
  const hasContent = authorities.length > 0;
  return judge({ state, hasContent, permitted, begun: record?.mode, wanted: settings?.krill.mode });
}

/** To go on with an initialisation that died is to `resume` it. */
export type Permission = 'run' | 'initialise' | 'resume';

interface Evidence {
  /** As recorded: also what a later release may have written. */
  readonly state: unknown;
  readonly hasContent: boolean;
  readonly permitted: boolean;
  /** The mode of an initialisation under way, as recorded; and the mode that is asked for. */
  readonly begun: unknown;
  readonly wanted: unknown;
}

/** Their initialisation is made of commands that each can be skipped when it was done already. */
const resumable: readonly unknown[] = ['own', 'third-party'];

/**
 * A repository was lost in 2025 because Krill started on an empty directory: it never does here.
 * @throws Refusal when Krill must not start
 */
export function judge(evidence: Evidence): Permission {
  const { state, hasContent, permitted, begun, wanted } = evidence;
  switch (state) {
    case 'initialised':
      if (hasContent) return 'run';
      throw new Refusal('it was initialised, but its data directory is empty', {
        todo: `restore ${onHost}/data from your backup, do not start over; Krill starts by itself then`,
      });
    case 'initialising':
      if (begun === wanted && resumable.includes(begun)) return 'resume';
      throw new Refusal('an initialisation died in its middle and cannot be resumed', {
        todo: 'run "krillmanager init": it offers to start over',
        startOver: true,
      });
    case 'absent':
      if (hasContent) {
        throw new Refusal('there is a repository, but no record that it was initialised here', {
          todo: `move ${onHost}/data away, or restore ${onHost}/guard/state.json with it`,
        });
      }
      if (permitted) return 'initialise';
      throw new Refusal('nobody has permitted an initialisation', {
        todo: 'run "krillmanager init"',
      });
    default:
      throw new Refusal(`its recorded state, ${JSON.stringify(state)}, is not known`, {
        todo: 'install the release that wrote it, on all nodes',
      });
  }
}

export async function readSettings(places: Places): Promise<ClusterSettings> {
  const settings = await readRecord<ClusterSettings>(places.settings);
  if (settings === null) {
    throw new Refusal('the volume has no settings for it', { todo: 'run "krillmanager init"' });
  }
  return settings;
}
