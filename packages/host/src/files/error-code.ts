import { constants } from 'node:os';

/** The code of a system call's failure, e.g. "ENOENT"; null for any other error. */
export function errorCode(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/** The value, or the substitute when there is no such file or directory. */
export async function orWhenMissing<T>(substitute: T, value: Promise<T>): Promise<T> {
  try {
    return await value;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return substitute;
    throw error;
  }
}

/**
 * A file that another host has replaced by rename: opened again, it is the new one. Node has no name
 * for ESTALE ("Unknown system error -116"); a file that was opened late is missing when it is read.
 */
export function isStale(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { errno, code, syscall } = error as NodeJS.ErrnoException;
  return errno === -constants.errno.ESTALE || (code === 'ENOENT' && syscall === 'read');
}
