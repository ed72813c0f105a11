import { paths, UserError } from '@krillmanager/core';
import { lockFile } from '@krillmanager/host';

/** @throws UserError (exit 4) that names who changes the cluster from this server now. */
export async function takeLock(command: string): Promise<{ release(): Promise<void> }> {
  const attempt = await lockFile(`${paths.run}/init.lock`, command).tryLock();
  if (attempt.held) return attempt;
  const { holder } = attempt;
  const who =
    holder === null
      ? 'another run'
      : `"${holder.command}" (process ${holder.pid} on ${holder.host}, since ${new Date(holder.sinceMs).toISOString()})`;
  throw new UserError(`${who} changes the cluster at this moment`, {
    hint: 'wait until it is done, then run this command again',
    exitCode: 4,
  });
}
