import { type StorageHealth, volumeName } from '@krillmanager/core';
import { ownAddress } from './next-action.ts';
import type { NodePorts } from './node-ports.ts';
import { storageHealth } from './storage-health.ts';
import { readReport, type StorageReport, writeReport } from './storage-report.ts';
import type { View } from './view.ts';

/** How often glusterd is asked; its commands take a lock over the whole cluster. */
export const storagePollMs = 30_000;
/** An older report is none: whoever wrote it does not poll any more. */
const reportValidMs = 3 * storagePollMs;

/** How the volume is, as far as this node can tell. */
export interface StorageSeen {
  readonly health: StorageHealth;
  /** Every copy is online and whole. */
  readonly whole: boolean;
}

/**
 * The agent that `polls` asks glusterd and reports to all on the volume; the others read what it
 * reported. Without a report, each asks its own glusterd for what it knows.
 */
export async function pollStorage(
  ports: NodePorts,
  view: View,
  polls: boolean,
): Promise<StorageSeen> {
  const { volume: files, clock } = ports;
  const answering = view.mount.mounted && view.mount.answering;
  const known = answering && !polls ? await readReport(files, clock.now(), reportValidMs) : null;
  const report = known ?? (await askGlusterd(ports, polls && answering));
  if (report === null) return { health: 'absent', whole: false };
  if (known === null && polls && answering) await writeReport(files, report);
  const { volume, online, healPending } = report;
  const self = ownAddress(view.memory.settings?.nodes ?? [], view.addresses);
  return {
    health: storageHealth({ self, volume, online, answering, healPending }),
    whole: online.length === volume.bricks.length && healPending === 0,
  };
}

async function askGlusterd(
  { pool, clock }: NodePorts,
  thoroughly: boolean,
): Promise<StorageReport | null> {
  const volume = await pool.volume(volumeName);
  if (volume === null) return null;
  const online = await pool.onlineBricks(volumeName);
  const healPending = thoroughly ? await pool.healPending(volumeName) : 0;
  return { volume, online, healPending, atMs: clock.now() };
}
