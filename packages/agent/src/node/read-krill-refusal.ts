import { join } from 'node:path';
import { type KrillRefusal, paths, supervisorReports } from '@krillmanager/core';
import { printable, readCarefully } from './read-carefully.ts';

const largestBytes = 4096;
/** The supervisor says it anew every second; what it says no longer is over. */
const freshMs = 15_000;

/** What keeps the supervisor on this node from starting Krill; null when nothing does now. */
export async function readKrillRefusal(
  nowMs: number,
  directory: string = paths.supervisor,
): Promise<KrillRefusal | null> {
  const text = await readCarefully(join(directory, supervisorReports.refusal), largestBytes);
  const refusal = text === null ? null : parsed(text);
  return refusal !== null && nowMs - refusal.atMs < freshMs ? refusal : null;
}

function parsed(text: string): KrillRefusal | null {
  try {
    const { because, todo, startOver, atMs } = JSON.parse(text) as Partial<KrillRefusal>;
    if (typeof because !== 'string' || typeof todo !== 'string') return null;
    if (typeof atMs !== 'number') return null;
    return {
      because: printable(because),
      todo: printable(todo),
      startOver: startOver === true,
      atMs,
    };
  } catch {
    return null;
  }
}
