import { setTimeout as sleep } from 'node:timers/promises';

const graceMs = 1000;
const lookMs = 20;

/** Calls of the file system that one of libuv's threads is in, or that wait for one. */
const isInFileSystem = (): boolean =>
  process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));

/**
 * Ends the process, now. An orderly exit joins libuv's threads: one that hangs in a network file
 * system would keep a process that does nothing any more, for as long as that hangs. So after a
 * second of grace SIGKILL does it, and the exit code is lost.
 */
export async function endProcess(code: number): Promise<never> {
  const until = performance.now() + graceMs;
  while (isInFileSystem() && performance.now() < until) await sleep(lookMs);
  if (isInFileSystem()) process.kill(process.pid, 'SIGKILL');
  process.exit(code);
}
