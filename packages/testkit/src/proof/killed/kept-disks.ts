import { runProgram } from '../../run-program.ts';
import type { OwnCluster } from './own-cluster.ts';

const deadlineMs = 120_000;

/** Keeps what is on the disks of all hosts beside it, on the same disks, and leaves them switched off. */
export async function keepDisks(cluster: OwnCluster): Promise<void> {
  await switchOff(cluster);
  await onDisks(cluster, 'mkdir "$disk/kept"; cp -a "$disk/upper" "$disk/own" "$disk/kept/"');
}

/** Every host as it was when its disk was kept, and running. */
export async function restoreDisks(cluster: OwnCluster): Promise<void> {
  await switchOff(cluster);
  // The mount point of the volume is immutable. What did not change is not written again.
  await onDisks(
    cluster,
    `chattr -f -i "$disk/own/var/lib/krillmanager/volume" || true
    for part in upper own; do rsync -aHAX --delete "$disk/kept/$part/" "$disk/$part/"; done`,
  );
  await cluster.lab.up(cluster.hosts.length);
}

async function switchOff({ lab }: OwnCluster): Promise<void> {
  const { hosts } = await lab.status();
  for (const { name, state } of hosts) if (state !== 'off') await lab.kill(name);
}

async function onDisks({ hosts, place }: OwnCluster, script: string): Promise<void> {
  const mounted = `set -eu; disk=$(mktemp -d); mount -o loop,noinit_itable "$1" "$disk"
    trap 'umount "$disk"; rmdir "$disk"' EXIT
    ${script}`;
  await Promise.all(
    hosts.map(async (host) => {
      const argv = ['-c', mounted, 'disk', `${place.dir}/${host}/disk.img`];
      const { code, stderr } = await runProgram('bash', argv, { env: process.env, deadlineMs });
      if (code !== 0) throw new Error(`disk of ${host}: ${stderr}`);
    }),
  );
}
