import type {
  Clock,
  Containers,
  Glusterd,
  HostFiles,
  HostNames,
  Ip,
  IpFamily,
  SealText,
  StoragePool,
  Swarm,
  VolumeFiles,
  VolumeMount,
} from '@krillmanager/core';
import type { RemovalWatch } from './is-removed.ts';

/** Everything that the agent's table acts through. */
export interface NodePorts {
  readonly swarm: Swarm;
  readonly containers: Containers;
  readonly pool: StoragePool;
  readonly glusterd: Glusterd;
  readonly mount: VolumeMount;
  readonly volume: VolumeFiles;
  readonly names: HostNames;
  readonly local: HostFiles;
  readonly clock: Clock;
  readonly seal: SealText;
  readonly addresses: () => readonly Ip[];
  /** Whether the cluster has removed this node while it was away. */
  readonly removal: Pick<RemovalWatch, 'look'>;
  /** Over which family a master has called to take us in; null: nobody did. */
  readonly recruitedOver: () => IpFamily | null;
  /** Those of the installed package. */
  readonly images: readonly string[];
  /** The archive of the installed package, checked against its digest. */
  readonly imageArchive: () => Promise<string>;
}
