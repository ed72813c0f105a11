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
