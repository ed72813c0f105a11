import { join } from 'node:path';
import { type HeldUpdate, paths } from '@krillmanager/core';
import { printable, readCarefully } from './read-carefully.ts';

const largestBytes = 64 * 1024;

/** What krillsync on this node holds back; null when nothing. */
export async function readHeldUpdate(
  directory: string = join(paths.publish, 'state'),
): Promise<HeldUpdate | null> {
  const text = await readCarefully(join(directory, 'held.json'), largestBytes);
  return text === null ? null : parsed(text);
}

function parsed(text: string): HeldUpdate | null {
  try {
    const { session, serial, of, removed, points } = JSON.parse(text) as Partial<HeldUpdate>;
    if (typeof session !== 'string' || !isCount(serial) || !isCount(of) || !isCount(removed)) {
      return null;
    }
    if (!Array.isArray(points)) return null;
    const names = points.filter((point) => typeof point === 'string').map(printable);
    return { session: printable(session), serial, of, removed, points: names };
  } catch {
    return null;
  }
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
