import type { ContainerSpec, Release } from '@krillmanager/core';

const mebibyte = 1024 * 1024;

interface WhereFilesAre {
  /** The working directory. */
  readonly directory: string;
  /** Elsewhere, by whole path. */
  readonly files: readonly string[];
}

const asItIs = (path: string) => ({
  type: 'bind' as const,
  source: path,
  target: path,
  readOnly: true,
});

/**
 * Files that the operator names are found where they are: they and the working directory are bound.
 * The operator is root, so krillc reads what root may read; it has no capability beyond that.
 */
export const krillcSpec = (
  release: Release,
  socket: string,
  argv: readonly string[],
  { directory, files }: WhereFilesAre,
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
    ...(directory === '/' ? files : [directory, ...files]).map(asItIs),
  ],
  memoryBytes: 256 * mebibyte,
  pids: 64,
  nofile: 1024,
  stopSignal: 'SIGTERM',
  stopGraceSeconds: 2,
  health: null,
});
