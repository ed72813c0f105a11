import { runCommand } from '../run.ts';

/** What sd_notify(3) understands; we say no more than this. */
export type SystemdState = 'READY=1' | 'WATCHDOG=1' | 'STOPPING=1' | `STATUS=${string}`;

/**
 * Tells systemd, through its own program because Node speaks no unix datagrams; the unit needs
 * NotifyAccess=all. Nothing happens where no systemd waits for it.
 */
export async function notifySystemd(state: SystemdState): Promise<void> {
  if (process.env['NOTIFY_SOCKET'] === undefined) return;
  await runCommand(['systemd-notify', state], { deadlineMs: 5000 });
}
