import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { isStale } from './error-code.ts';

/** Names and attributes are remembered for a second. */
const attempts = 12;
const againMs = 100;

/**
 * As readFile, whatever closing the file says: on GlusterFS that fails with ENOENT when another host
 * has replaced the file and a brick was away (seen again and again for one file, until it was
 * healed). All was read by then, and nobody may take it for "no such file". Nor may what is stale,
 * because another host replaced it at this very moment: it is opened again.
 */
export async function readText(path: string, flags = constants.O_RDONLY): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readOnce(path, flags);
    } catch (error) {
      if (attempt === attempts || !isStale(error)) throw error;
      await pause(againMs);
    }
  }
}

async function readOnce(path: string, flags: number): Promise<string> {
  const file = await open(path, flags);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close().catch(() => undefined);
  }
}
