import type { Domains } from '../model/node-status.ts';
import { krillsyncUid, onVolume, paths } from '../paths.ts';
import type { ContainerSpec } from './container-spec.ts';
import { limits } from './limits.ts';
import { executable, type Release, releaseDir } from './release.ts';

/** Old snapshots, deltas and trees stay this long for clients that are behind. */
const cleanupAfterSeconds = 7200;

export function krillsyncSpec(release: Release, domains: Domains): ContainerSpec {
  return {
    name: 'krillsync',
    image: release.images.krillsync,
    argv: [
      executable(release),
      'krillsync',
      `https://${domains.rrdp}/rrdp/notification.xml`,
      '--source-uri-base=/source/',
      '--state-dir=/publish/state',
      '--rrdp-dir=/publish/rrdp',
      '--rsync-dir=/publish/rsync',
      `--cleanup-after=${cleanupAfterSeconds}`,
      '--watch',
    ],
    env: {},
    user: `${krillsyncUid}:${krillsyncUid}`,
    capabilities: [],
    mounts: [
      {
        type: 'bind',
        source: `${paths.volume}/${onVolume.krillData}/repo/rrdp`,
        target: '/source',
        readOnly: true,
      },
      { type: 'bind', source: paths.publish, target: '/publish', readOnly: false },
      { type: 'bind', source: releaseDir(release), target: releaseDir(release), readOnly: true },
      { type: 'tmpfs', target: '/tmp', sizeBytes: limits.temporaryBytes, mode: 0o1777 },
    ],
    memoryBytes: limits.krillsyncMemoryBytes,
    pids: limits.pids,
    nofile: limits.nofile,
    stopSignal: 'SIGTERM',
    stopGraceSeconds: 10,
    health: {
      argv: [executable(release), 'krillsync', '--health', '/publish/state'],
      intervalSeconds: 15,
      timeoutSeconds: 5,
      startSeconds: 10,
      retries: 3,
    },
  };
}
