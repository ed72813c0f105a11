import { mkdir, readdir } from 'node:fs/promises';
import { UserError } from '@krillmanager/core';
import { runCommand } from '../run.ts';

/**
 * Makes the directory that the volume is mounted on, and makes it immutable: whoever writes there
 * while the volume is not mounted, a container or an operator, gets an error and no second truth.
 * To be called only when nothing is mounted on it.
 * @throws UserError when it holds files, or lies on a file system without that attribute.
 */
export async function prepareMountPoint(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o755 });
  const inside = await readdir(path);
  if (inside.length > 0) throw notEmpty(path, inside);
  try {
    await runCommand(['chattr', '+i', path]);
  } catch (cause) {
    throw new UserError(`${path} cannot be made immutable`, {
      hint: 'the mount point must lie on a file system with that attribute: ext4, xfs or btrfs',
      cause,
    });
  }
}

const notEmpty = (path: string, inside: readonly string[]): UserError =>
  new UserError(`${path} is not mounted but holds ${inside.slice(0, 3).join(', ')}`, {
    hint: `move what is in it away: a volume mounted there would hide it ("chattr -i ${path}" first)`,
  });
