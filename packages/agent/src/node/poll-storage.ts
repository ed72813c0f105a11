import { onVolume, type StorageHealth, volumeName } from '@krillmanager/core';
import { ownAddress } from './next-action.ts';
import type { NodePorts } from './node-ports.ts';
import { storageHealth } from './storage-health.ts';
import type { View } from './view.ts';

/** How often glusterd is asked; its commands take a lock over the whole cluster. */
export const storagePollMs = 30_000;

/**
 * Asks glusterd for our brick. The leader of the Swarm asks for the heal count too, for everybody.
 */
export async function pollStorage(ports: NodePorts, view: View): Promise<StorageHealth> {
  const volume = await ports.pool.volume(volumeName);
  if (volume === null) return 'absent';
  const answering = view.mount.mounted && view.mount.answering;
  if (view.swarm?.leader === true && answering) await publishHeal(ports);
  return storageHealth({
    self: ownAddress(view.memory.settings?.nodes ?? [], view.addresses),
    volume,
    online: await ports.pool.onlineBricks(volumeName),
    answering,
    healPending: answering ? await readHeal(ports) : null,
  });
}

async function publishHeal({ pool, volume, clock }: NodePorts): Promise<void> {
  const pending = await pool.healPending(volumeName);
  const report = JSON.stringify({ pending, at: new Date(clock.now()).toISOString() });
  await volume.write(onVolume.heal, report, { mode: 0o644, uid: 0, gid: 0 });
}

async function readHeal({ volume }: NodePorts): Promise<number | null> {
  const text = await volume.read(onVolume.heal);
  return text === null ? null : (JSON.parse(text) as { pending: number }).pending;
}
