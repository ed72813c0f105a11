import type { Ip } from '../model/ip.ts';

export interface MountState {
  /** A GlusterFS file system is mounted at the mount point. */
  readonly mounted: boolean;
  /** The mount answers within its deadline. */
  readonly answering: boolean;
  /** When it was mounted, milliseconds since the epoch; 0 when it is not. */
  readonly sinceMs: number;
}

/** The volume's mount on this machine: a systemd mount unit over a mount point that is immutable. */
export interface VolumeMount {
  state(): Promise<MountState>;
  /** Mounts it through the local glusterd, or remounts it when it does not answer. */
  mount(volume: string): Promise<void>;
  unmount(): Promise<void>;
  /** The copies that its client is connected to, "HOST:PATH" each, sorted; empty when it is silent. */
  copies(): Promise<readonly string[]>;
}

/**
 * Files on the volume, by path relative to its root. Every call has a deadline and is made by a
 * child process, because a FUSE mount that hangs would take the caller's file threads with it.
 */
export interface VolumeFiles {
  /** Null when there is no such file. @throws UserError when the volume does not answer in time. */
  read(path: string): Promise<string | null>;
  /** Temporary file, fsync, rename; missing directories are made 0755. */
  write(path: string, content: string, access: FileAccess): Promise<void>;
  /** Makes it with these rights, and gives an existing one these rights. */
  directory(path: string, access: FileAccess): Promise<void>;
  /** Names in a directory, sorted; empty when it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** No error when it does not exist. */
  remove(path: string): Promise<void>;
  /** Gives it another name in the same directory; what had that name is an error. */
  rename(path: string, name: string): Promise<void>;
}

export interface FileAccess {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Marked entries in /etc/hosts, so that no name service is needed among the nodes. */
export interface HostNames {
  /** Addresses that have our entry. */
  named(): Promise<readonly Ip[]>;
  /** Makes the marked entries exactly these; an address of every name stays reachable by name. */
  assign(ips: readonly Ip[]): Promise<void>;
}

/** systemd's units on this machine. */
export interface Units {
  isActive(unit: string): Promise<boolean>;
  /** Enabled for boot, and started now. */
  enable(unit: string): Promise<void>;
  restart(unit: string): Promise<void>;
  disable(unit: string): Promise<void>;
}
