import type { BindMount, TmpfsMount } from '@krillmanager/core';
import type { MountSettings } from 'dockerode';

const bind = ({ source, target, readOnly, propagation }: BindMount): MountSettings => ({
  Type: 'bind',
  Source: source,
  Target: target,
  ReadOnly: readOnly,
  ...(propagation && { BindOptions: { Propagation: propagation } }),
});

const tmpfs = ({ target, sizeBytes, mode }: TmpfsMount): MountSettings => ({
  Type: 'tmpfs',
  Source: '',
  Target: target,
  TmpfsOptions: { SizeBytes: sizeBytes, Mode: mode },
});

/**
 * The same for containers and services. Of these mounts Docker never makes a missing source itself
 * (it does for `-v`): a bind of a volume that is not mounted fails instead of starting empty.
 */
export const mountSettings = (mounts: readonly (BindMount | TmpfsMount)[]): MountSettings[] =>
  mounts.map((mount) => (mount.type === 'bind' ? bind(mount) : tmpfs(mount)));
