import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * As readFile, whatever closing the file says: on GlusterFS that fails with ENOENT when another host
 * has replaced the file and a brick was away (seen again and again for one file, until it was
 * healed). All was read by then, and nobody may take it for "no such file".
 */
export async function readText(path: string, flags = constants.O_RDONLY): Promise<string> {
  const file = await open(path, flags);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close().catch(() => undefined);
  }
}
