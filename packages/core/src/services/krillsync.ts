import type { ClusterSettings } from '../model/settings.ts';
import { krillsyncUid, onVolume, paths } from '../paths.ts';
import { massRemoval } from '../policy.ts';
import type { ContainerSpec } from './container-spec.ts';
import { limits, mebibyte } from './limits.ts';
import { executable, type Release, releaseDir } from './release.ts';
import { restartsOf } from './restarts.ts';

export function krillsyncSpec(release: Release, settings: ClusterSettings): ContainerSpec {
  const { domains, retentionSeconds, memoryMiB } = settings;
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
      `--cleanup-after=${retentionSeconds}`,
      '--barrier-dir=/barrier',
      `--max-removal=${massRemoval.percent}`,
      `--max-removal-least=${massRemoval.least}`,
      '--gzip',
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
      {
        type: 'bind',
        source: `${paths.volume}/${onVolume.barrier}`,
        target: '/barrier',
        readOnly: false,
      },
      { type: 'bind', source: paths.publish, target: '/publish', readOnly: false },
      { type: 'bind', source: releaseDir(release), target: releaseDir(release), readOnly: true },
      { type: 'tmpfs', target: '/tmp', sizeBytes: limits.temporaryBytes, mode: 0o1777 },
    ],
    memoryBytes: memoryMiB.krillsync * mebibyte,
    pids: limits.pids,
    nofile: limits.nofile,
    stopSignal: 'SIGTERM',
    stopGraceSeconds: 10,
    health: {
      argv: ['healthcheck', '/publish/state'],
      intervalSeconds: 15,
      timeoutSeconds: 5,
      startSeconds: 10,
      retries: 3,
    },
    ...restartsOf('krillsync', settings),
  };
}
