/** The promise's value, or null when it has not settled after so many milliseconds. */
export async function within<T>(ms: number, promise: PromiseLike<T>): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
