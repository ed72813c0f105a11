import type { ClusterSettings } from '../model/settings.ts';
import { paths } from '../paths.ts';
import type { ContainerSpec } from './container-spec.ts';
import { limits, mebibyte } from './limits.ts';
import type { Release } from './release.ts';
import { restartsOf } from './restarts.ts';

/** Binds the parents of what is replaced by rename, never the symlink or the file itself. */
export const nginxSpec = (release: Release, settings: ClusterSettings): ContainerSpec => ({
  name: 'nginx',
  image: release.images.nginx,
  argv: ['nginx', '-c', '/serving/nginx.conf', '-g', 'daemon off;'],
  env: {},
  user: null,
  // CHOWN: the master gives its temporary directories on the tmpfs to the workers' user.
  capabilities: ['NET_BIND_SERVICE', 'SETUID', 'SETGID', 'CHOWN'],
  mounts: [
    { type: 'bind', source: paths.serving, target: '/serving', readOnly: true },
    { type: 'bind', source: paths.publish, target: '/publish', readOnly: true },
    { type: 'tmpfs', target: '/tmp', sizeBytes: limits.temporaryBytes, mode: 0o1777 },
    { type: 'tmpfs', target: '/run', sizeBytes: limits.temporaryBytes, mode: 0o755 },
  ],
  memoryBytes: settings.memoryMiB.nginx * mebibyte,
  pids: limits.pids,
  nofile: limits.nofile,
  stopSignal: 'SIGQUIT',
  stopGraceSeconds: 15,
  health: {
    // Its port may be answered by the one before it; the file is there when this one listens.
    argv: ['bash', '-c', 'test -s /run/nginx.pid && exec healthcheck'],
    intervalSeconds: 10,
    timeoutSeconds: 5,
    startSeconds: 5,
    retries: 3,
  },
  handsOver: true,
  ...restartsOf('nginx', settings),
});
