import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/**
 * Whether a process serves a mount of GlusterFS: its client, a `glusterfs` whose last argument is the
 * mount point. The kernel tells nobody: the connection of a client that has died stays in
 * /sys/fs/fuse/connections until it is unmounted, and a client that has lost its bricks answers with
 * the kernel's own error, ENOTCONN.
 */
export async function hasClient(mountPoint: string, proc = '/proc'): Promise<boolean> {
  const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const [program = '', ...rest] = await commandLine(`${proc}/${pid}/cmdline`);
    if (basename(program) === 'glusterfs' && rest.at(-1) === mountPoint) return true;
  }
  return false;
}

/** Empty for a process that has ended, and for one that is only still to be waited for. */
async function commandLine(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.replace(/\0$/, '').split('\0');
}
