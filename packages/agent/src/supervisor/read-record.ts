import { readText } from '@krillmanager/host';
import { Refusal } from './refusal.ts';

/**
 * A JSON file of the volume; null when there is none.
 * @throws Refusal when it is damaged, and the system's error when it cannot be read
 */
export async function readRecord<T>(path: string): Promise<T | null> {
  const text = await readText(path).catch(whenMissing(null));
  if (text === null) return null;
  const record = parsed(text);
  if (typeof record === 'object' && record !== null) return record as T;
  throw new Refusal(`${path} is damaged`, {
    todo: 'restore it from your backup of krill/guard on the volume',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A value for what is not there; what cannot be read is not missing. */
export const whenMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value;
    throw error;
  };
