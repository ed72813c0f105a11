import { readFile, writeFile } from 'node:fs/promises';
import { errorCode } from '../files/error-code.ts';

const setting = '/proc/sys/net/ipv4/tcp_migrate_req';

/**
 * Connections that wait in the queue of a listener that closes go on to another one on the same port,
 * instead of being reset: what a container that takes over from another one rests on.
 * @returns false when the kernel does not know that (before Linux 5.14)
 */
export async function migrateConnections(): Promise<boolean> {
  try {
    if ((await readFile(setting, 'utf8')).trim() === '0') await writeFile(setting, '1');
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
