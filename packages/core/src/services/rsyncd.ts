import type { ClusterSettings } from '../model/settings.ts';
import { paths } from '../paths.ts';
import type { ContainerSpec } from './container-spec.ts';
import { limits, mebibyte } from './limits.ts';
import type { Release } from './release.ts';
import { restartsOf } from './restarts.ts';

export const rsyncdSpec = (release: Release, settings: ClusterSettings): ContainerSpec => ({
  name: 'rsyncd',
  image: release.images.rsyncd,
  argv: ['accept-rsync', String(settings.ports.rsync), '/serving/rsyncd.conf'],
  env: {},
  user: null,
  capabilities: ['NET_BIND_SERVICE', 'SETUID', 'SETGID', 'SYS_CHROOT'],
  mounts: [
    { type: 'bind', source: paths.serving, target: '/serving', readOnly: true },
    { type: 'bind', source: paths.publish, target: '/publish', readOnly: true },
    { type: 'tmpfs', target: '/run', sizeBytes: limits.temporaryBytes, mode: 0o755 },
  ],
  memoryBytes: settings.memoryMiB.rsyncd * mebibyte,
  pids: limits.pids * 4,
  nofile: limits.nofile,
  stopSignal: 'SIGTERM',
  stopGraceSeconds: 15,
  health: {
    argv: ['healthcheck', String(settings.ports.rsync)],
    intervalSeconds: 10,
    timeoutSeconds: 5,
    startSeconds: 5,
    retries: 3,
  },
  handsOver: true,
  ...restartsOf('rsyncd', settings),
});
