import type { Brick, PoolPeer, VolumeSpec, VolumeState } from '../model/storage.ts';

/** The trusted storage pool as the local glusterd sees it. */
export interface StoragePool {
  /** e.g. "10.3" */
  version(): Promise<string>;
  /** The other servers; this one is not among them. */
  peers(): Promise<readonly PoolPeer[]>;
  /** Asks a peer in; it is usable once it is a connected member. No-op for a member. */
  probe(host: string): Promise<void>;
  /** @throws UserError when the peer still holds bricks. */
  detach(host: string, force: boolean): Promise<void>;
  volume(name: string): Promise<VolumeState | null>;
  createVolume(spec: VolumeSpec): Promise<void>;
  setOptions(name: string, options: Readonly<Record<string, string>>): Promise<void>;
  startVolume(name: string): Promise<void>;
  addBricks(name: string, replica: number, bricks: readonly Brick[]): Promise<void>;
  removeBricks(name: string, replica: number, bricks: readonly Brick[]): Promise<void>;
  /** Bricks whose process runs, of all that `volume` names. */
  onlineBricks(name: string): Promise<readonly Brick[]>;
  /** Entries that wait for healing, summed over the bricks. */
  healPending(name: string): Promise<number>;
}
