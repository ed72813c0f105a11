import type {
  Clock,
  Containers,
  HostFiles,
  HostNames,
  Ip,
  StoragePool,
  Swarm,
  VolumeFiles,
  VolumeMount,
} from '@krillmanager/core';

/** Everything that the agent's table acts through. */
export interface NodePorts {
  readonly swarm: Swarm;
  readonly containers: Containers;
  readonly pool: StoragePool;
  readonly mount: VolumeMount;
  readonly volume: VolumeFiles;
  readonly names: HostNames;
  readonly local: HostFiles;
  readonly clock: Clock;
  readonly addresses: () => readonly Ip[];
  /** Those of the installed package. */
  readonly images: readonly string[];
  /** The archive of the installed package, checked against its digest. */
  readonly imageArchive: () => Promise<string>;
}
