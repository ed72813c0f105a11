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
  /** Entries that wait for healing. */
  readonly healPending: number;
}

/** How this node's copy of the volume is. */
export function storageHealth(facts: StorageFacts): StorageHealth {
  const { self, volume, online, answering, healPending } = facts;
  // A node that does not know yet which of the list it is cannot say that it has no copy.
  if (volume === null || self === null) return 'absent';
  if (!answering) return 'down';
  const here = (brick: Brick): boolean => brick.host === hostName(self);
  if (!volume.bricks.some(here)) return 'client';
  if (!online.some(here)) return 'down';
  return healPending > 0 ? 'healing' : 'ok';
}
