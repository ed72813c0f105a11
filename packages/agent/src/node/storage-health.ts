import {
  type Brick,
  hostName,
  type Ip,
  type StorageHealth,
  type VolumeState,
} from '@krillmanager/core';

export interface StorageFacts {
  readonly self: Ip | null;
  readonly volume: VolumeState | null;
  readonly online: readonly Brick[];
  readonly answering: boolean;
  /** Entries that wait for healing, as the polling node last wrote; null when unknown. */
  readonly healPending: number | null;
}

/** How this node's copy of the volume is. */
export function storageHealth(facts: StorageFacts): StorageHealth {
  const { self, volume, online, answering, healPending } = facts;
  if (volume === null) return 'absent';
  if (!answering) return 'down';
  const here = (brick: Brick): boolean => self !== null && brick.host === hostName(self);
  if (!volume.bricks.some(here)) return 'client';
  if (!online.some(here)) return 'down';
  return (healPending ?? 0) > 0 ? 'healing' : 'ok';
}
