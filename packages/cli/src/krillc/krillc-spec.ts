import type { ContainerSpec, Release } from '@krillmanager/core';

const mebibyte = 1024 * 1024;

/**
 * Files that the operator names are found where they are: the working directory is bound as it is.
 * The operator is root, so krillc reads what root may read; it has no capability beyond that.
 */
export const krillcSpec = (
  release: Release,
  socket: string,
  argv: readonly string[],
  directory: string,
): ContainerSpec => ({
  name: `krillc-${process.pid}`,
  image: release.images.krill,
  argv: ['krillc', ...argv],
  directory,
  env: { KRILL_CLI_SERVER: `unix://${socket}` },
  user: '0:0',
  capabilities: [],
  mounts: [
    { type: 'bind', source: socket, target: socket, readOnly: false },
    ...(directory === '/'
      ? []
      : [{ type: 'bind' as const, source: directory, target: directory, readOnly: true }]),
  ],
  memoryBytes: 256 * mebibyte,
  pids: 64,
  nofile: 1024,
  stopSignal: 'SIGTERM',
  stopGraceSeconds: 2,
  health: null,
});
