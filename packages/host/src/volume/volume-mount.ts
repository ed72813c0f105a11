import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MountState, paths, UserError, type VolumeMount } from '@krillmanager/core';
import { ownAddresses } from '../facts/local-facts.ts';
import { hostNames } from '../files/host-names.ts';
import { type Argv, runCommand } from '../run.ts';
import { rememberedSince } from '../system/active-since.ts';
import { resetFailedArgv, startArgv, stopArgv } from '../system/systemd-units.ts';
import { hasClient } from './client-process.ts';
import { comesBack } from './comes-back.ts';
import { copiesProbe } from './connected-copies.ts';
import { prepareMountPoint } from './mount-point.ts';
import { mountProbe } from './mount-probe.ts';
import { type MountEntry, mountAt } from './mount-table.ts';
import { askServer, volumeServer } from './volume-server.ts';

const answerDeadlineMs = 3000;
/** The loss of another server stalls the volume for 5 to 6 s: no reason to mount it anew. */
const patienceMs = 15_000;
/** Longer than the unit's TimeoutSec, so that it is systemd that gives up and says why. */
const unitDeadlineMs = 60_000;

const unit = 'var-lib-krillmanager-volume.mount';
const volumeType = 'fuse.glusterfs';

const lazyUnmountArgv = (path: string): Argv => ['umount', '--lazy', path];
/** MNT_FORCE aborts the FUSE connection: every call that hangs in it ends, its process can be killed. */
const abortArgv = (path: string): Argv => ['umount', '--force', '--lazy', path];
/** umount's exit code when there is nothing (any more) to unmount. */
const notMountedCode = 32;

/** The volume at its mount point, through the systemd mount unit that comes with a release. */
export function volumeMount(): VolumeMount {
  const path = paths.volume;
  const probe = mountProbe(path);
  const connected = copiesProbe(path);
  const since = rememberedSince(unit);
  const watch = {
    probe,
    served: () => hasClient(path),
    monotonicMs: () => performance.now(),
    sleep,
  };
  const mounted = async (): Promise<MountEntry | null> =>
    mountAt(await readFile('/proc/self/mountinfo', 'utf8'), path);

  const state = async (): Promise<MountState> => {
    if ((await mounted())?.type !== volumeType) return notMounted;
    const [answer, sinceMs] = await Promise.all([probe(answerDeadlineMs), since()]);
    return { mounted: true, answering: answer === 'answers', sinceMs };
  };

  const unmount = async (): Promise<void> => {
    if ((await mounted()) === null) return;
    await runCommand(stopArgv(unit), { deadlineMs: unitDeadlineMs });
    // A mount made while the old one was in use lies above it.
    while ((await mounted()) !== null) await runCommand(lazyUnmountArgv(path));
  };

  const mount = async (volume: string): Promise<void> => {
    const there = await mounted();
    if (there !== null) {
      assertOurs(there, volume);
      if (await comesBack(watch, patienceMs)) return;
      await runCommand(abortArgv(path), { accept: [notMountedCode] });
      await unmount();
    }
    await prepareMountPoint(path);
    await askServer(unit, await volumeServer(await hostNames().named(), ownAddresses()), volume);
    await runCommand(resetFailedArgv(unit), { accept: [1] });
    await runCommand(startArgv(unit), { deadlineMs: unitDeadlineMs });
    const now = await mounted();
    if (now === null) throw new UserError(`${unit} is started, but nothing is mounted at ${path}`);
    assertOurs(now, volume);
  };

  const copies = async (): Promise<readonly string[]> =>
    (await mounted())?.type === volumeType ? connected() : [];

  return { state, mount, unmount, copies };
}

const notMounted: MountState = { mounted: false, answering: false, sinceMs: 0 };

function assertOurs({ type, source, mountPoint }: MountEntry, volume: string): void {
  if (type === volumeType && source.endsWith(`:/${volume}`)) return;
  throw new UserError(`${source} (${type}) is mounted at ${mountPoint}, not the volume ${volume}`, {
    hint: `unmount it: umount ${mountPoint}`,
  });
}
