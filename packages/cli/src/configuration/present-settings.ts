import { localStore, type Machine } from '@krillmanager/agent';
import { type ClusterSettings, onVolume } from '@krillmanager/core';

export type SettingsPlaces = Pick<Machine, 'mount' | 'files' | 'local'>;

export interface Present {
  /** Null: this server is in no cluster. */
  readonly settings: ClusterSettings | null;
  /** The volume can be read here: they are those that count. */
  readonly readable: boolean;
}

/**
 * What was last applied: as the volume has it, since another manager may have changed it a moment
 * ago; our own copy where the volume cannot be read. Only a lock makes it last.
 */
export async function presentSettings({ mount, files, local }: SettingsPlaces): Promise<Present> {
  const { settings: remembered } = await localStore(local).recall();
  const { mounted, answering } = await mount.state();
  const readable = mounted && answering;
  const text = readable ? await files.read(onVolume.settings) : null;
  return { settings: text === null ? remembered : (JSON.parse(text) as ClusterSettings), readable };
}
