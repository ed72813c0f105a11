import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** A container can put anything there: no link is followed, no pipe is waited for. */
const carefully = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A small file that a container wrote; null when there is none, or it is something else. */
export async function readCarefully(path: string, largestBytes: number): Promise<string | null> {
  try {
    await using file = await open(path, carefully);
    const found = await file.stat();
    if (!found.isFile() || found.size > largestBytes) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(largestBytes), 0, largestBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    return null;
  }
}

/** It ends on a terminal. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
