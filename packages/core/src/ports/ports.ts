import type { Secret } from '../model/secret.ts';
import type { Agents } from './agents.ts';
import type { Certificates } from './certificates.ts';
import type { Clock } from './clock.ts';
import type { StoragePool } from './storage-pool.ts';
import type { Swarm } from './swarm.ts';
import type { HostNames, Units, VolumeFiles, VolumeMount } from './volume-mount.ts';

/** Proves that its maker knows the secret: HMAC-SHA-256 (RFC 2104) in hex. */
export type SealText = (secret: Secret, text: string) => string;

/** Everything a step may touch. */
export interface Ports {
  readonly swarm: Swarm;
  readonly pool: StoragePool;
  readonly mount: VolumeMount;
  readonly files: VolumeFiles;
  readonly names: HostNames;
  readonly units: Units;
  readonly agents: Agents;
  readonly certificates: Certificates;
  readonly clock: Clock;
  /** 32 random bytes in hex. */
  readonly randomToken: () => Secret;
  readonly seal: SealText;
}
