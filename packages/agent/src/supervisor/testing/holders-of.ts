import { readdir, readlink } from 'node:fs/promises';

/** The pids of all processes on this machine that have the file open. */
export async function holdersOf(file: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const open = await Promise.all(pids.map(async (pid) => (await targets(pid)).includes(file)));
  return pids.filter((_, index) => open[index]).map(Number);
}

async function targets(pid: string): Promise<readonly string[]> {
  const fds = await readdir(`/proc/${pid}/fd`).catch(() => []);
  return Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
}
