/**
 * The work's result, unless the signal comes first: then its reason is thrown. The work itself
 * cannot be ended when it waits for the volume, so nobody waits for it any more.
 */
export async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', abort));
}

/** Aborts after so many milliseconds, with this as the reason; keeps no process alive. */
export function deadline(ms: number, because: string): AbortSignal {
  const late = new AbortController();
  setTimeout(() => late.abort(new Error(because)), ms).unref();
  return late.signal;
}
