const mebibyte = 1024 * 1024;

/** Policy: what a part may use. Sizes of tmpfs count against the memory of their container. */
export const limits = {
  nginxMemoryBytes: 512 * mebibyte,
  rsyncdMemoryBytes: 512 * mebibyte,
  krillsyncMemoryBytes: 512 * mebibyte,
  krillMemoryBytes: 2048 * mebibyte,
  krillRsyncTreeBytes: 1024 * mebibyte,
  temporaryBytes: 64 * mebibyte,
  nofile: 65_536,
  pids: 256,
  rsyncMaxConnections: 200,
} as const;
