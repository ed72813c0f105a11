import { setImmediate } from 'node:timers/promises';

/** Lets timers and signals have their turn between two pieces of synchronous work. */
export async function breathe(stop: AbortSignal): Promise<void> {
  await setImmediate();
  stop.throwIfAborted();
}
