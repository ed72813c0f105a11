import type { Release } from '../services/release.ts';
import type { ServingSpec } from '../services/serving.ts';
import type { Ip } from './ip.ts';
import type { Secret } from './secret.ts';
import type { ClusterSettings } from './settings.ts';
import type { VolumeSpec } from './storage.ts';

/** Intentions only; made from the configuration and the command line before the world is looked at. */
export interface Desired {
  readonly self: Ip;
  readonly nodes: readonly Ip[];
  readonly settings: ClusterSettings;
  /** Used if this cluster is founded now. */
  readonly newClusterId: string;
  /** `replica` is how many copies there shall be; bricks that are there already may stay. */
  readonly volume: VolumeSpec;
  readonly release: Release;
  readonly serving: ServingSpec;
  readonly managers: number;
  readonly slaveDeadlineSeconds: number;
  /** The token for Krill's administrator, when the operator gives it. */
  readonly adminToken?: Secret;
  /** By which slaves know us, when the operator gives it. */
  readonly joinSecret?: Secret;
  /** The serving certificate, when the operator gives it: with its key, its names and its end. */
  readonly certificate?: GivenCertificate;
}

export interface GivenCertificate {
  readonly certificate: string;
  readonly key: Secret;
  readonly names: readonly string[];
}
