import type { ContainerSpec, SingletonSpec } from '@krillmanager/core';

/** A program that does nothing, and stops when it is told to. */
export const idle = (image: string): ContainerSpec => ({
  name: 'idle',
  image,
  argv: ['/bin/sleep', '100000'],
  env: {},
  user: '1013:1013',
  capabilities: [],
  mounts: [{ type: 'tmpfs', target: '/tmp', sizeBytes: 1 << 20, mode: 0o1777 }],
  memoryBytes: 64 << 20,
  pids: 32,
  nofile: 4096,
  stopSignal: 'SIGTERM',
  stopGraceSeconds: 2,
  health: {
    argv: ['/bin/true'],
    intervalSeconds: 1,
    timeoutSeconds: 5,
    startSeconds: 10,
    retries: 3,
  },
});

export const idleSingleton = (image: string): SingletonSpec => ({
  ...idle(image),
  requireLabels: { place: 'here' },
  restartDelaySeconds: 1,
});

/** Repeats its input, complains, and fails with 7. */
export const echoArgv = ['/bin/sh', '-c', 'cat; echo oops >&2; exit 7'] as const;
