import { createHmac, randomBytes } from 'node:crypto';
import { isSea } from 'node:sea';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Certificates,
  type Clock,
  type Containers,
  type Glusterd,
  type HostFiles,
  type HostNames,
  type Ip,
  onVolume,
  paths,
  type SealText,
  Secret,
  type StoragePool,
  type Swarm,
  type Units,
  type VolumeFiles,
  type VolumeMount,
} from '@krillmanager/core';
import {
  containerLogs,
  dockerContainers,
  dockerSwarm,
  type ReadContainerLog,
} from '@krillmanager/docker';
import { glusterPool } from '@krillmanager/gluster';
import {
  glusterd,
  hostFiles,
  hostNames,
  type NodeCertificates,
  nodeCertificates,
  opensslCertificates,
  ownAddresses,
  systemdUnits,
  thisHolder,
  type VolumeFilesOptions,
  type VolumeLock,
  volumeFiles,
  volumeLock,
  volumeMount,
} from '@krillmanager/host';

/** Everything real about the machine we are on. */
export interface Machine {
  readonly swarm: Swarm;
  readonly containers: Containers;
  readonly readLog: ReadContainerLog;
  readonly pool: StoragePool;
  readonly glusterd: Glusterd;
  readonly mount: VolumeMount;
  readonly files: VolumeFiles;
  readonly local: HostFiles;
  readonly names: HostNames;
  readonly units: Units;
  readonly certificates: Certificates;
  readonly nodeCertificates: NodeCertificates;
  readonly clock: Clock;
  /** One `init` at a time in the cluster. @param command what takes it, for the message to others */
  readonly volumeLock: (command: string) => VolumeLock;
  readonly addresses: () => readonly Ip[];
  readonly randomToken: () => Secret;
  readonly seal: SealText;
}

const volume: VolumeFilesOptions = { root: paths.volume, child: ourselves('volume-child') };
const dockerSocket = { socketPath: '/run/docker.sock' } as const;

/** Adapters connect when they are first used: opening the machine touches nothing. */
export const openMachine = (): Machine => ({
  swarm: dockerSwarm(dockerSocket),
  containers: dockerContainers(dockerSocket),
  readLog: containerLogs(dockerSocket),
  pool: glusterPool(),
  glusterd: glusterd(hostFiles(), systemdUnits()),
  mount: volumeMount(),
  files: volumeFiles(volume),
  volumeLock: (command) => volumeLock(volume, onVolume.lock, thisHolder(command)),
  local: hostFiles(),
  names: hostNames(),
  units: systemdUnits(),
  certificates: opensslCertificates(),
  nodeCertificates: nodeCertificates(),
  clock: { now: () => Date.now(), sleep: async (ms) => void (await sleep(ms)) },
  addresses: ownAddresses,
  randomToken: () => new Secret(randomBytes(32).toString('hex')),
  seal: (secret, text) => createHmac('sha256', secret.reveal()).update(text).digest('hex'),
});

/** The command that runs this program again, as one executable or from its sources. */
function ourselves(...argv: readonly string[]): readonly [string, ...string[]] {
  const script = process.argv[1];
  return isSea() || script === undefined
    ? [process.execPath, ...argv]
    : [process.execPath, script, ...argv];
}
