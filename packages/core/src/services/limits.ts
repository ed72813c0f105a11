export const mebibyte = 1024 * 1024;

/** Policy: what a part may use unless the configuration says more. Sizes of tmpfs count against the memory of their container. */
export const limits = {
  nginxMemoryBytes: 512 * mebibyte,
  rsyncdMemoryBytes: 512 * mebibyte,
  krillsyncMemoryBytes: 512 * mebibyte,
  krillMemoryBytes: 2048 * mebibyte,
  krillRsyncTreeBytes: 1024 * mebibyte,
  temporaryBytes: 64 * mebibyte,
  /** Enough for 8,000 connections with a file each. Docker refuses more than its own hard limit. */
  nofile: 16_384,
  pids: 256,
  rsyncMaxConnections: 200,
  /**
   * The largest messages of CAs to Krill: RFC 8181, RFC 6492. Its own defaults are 32 and 1 MB; a CA
   * with tens of thousands of objects may send more at once.
   */
  messageBytes: { publication: 128 * mebibyte, provisioning: 16 * mebibyte },
  /** Far above what many validators behind one address ask for, far below what a worker holds. */
  requestsPerAddress: 1000,
} as const;
