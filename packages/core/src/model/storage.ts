import { hostName, type Ip } from './ip.ts';

/** A directory on a node that holds one copy of the volume. */
export interface Brick {
  readonly host: string;
  readonly path: string;
}

export const formatBrick = ({ host, path }: Brick): string => `${host}:${path}`;

export interface VolumeSpec {
  readonly name: string;
  readonly bricks: readonly Brick[];
  /** How many copies; equals the number of bricks (we make replicated volumes only). */
  readonly replica: number;
  /** The last brick keeps names and attributes only. */
  readonly arbiter?: true;
  readonly options: Readonly<Record<string, string>>;
}

export interface VolumeState {
  readonly name: string;
  readonly status: 'created' | 'started' | 'stopped';
  readonly replica: number;
  readonly arbiter?: true;
  readonly bricks: readonly Brick[];
  /** Options that differ from GlusterFS's defaults, as its --xml prints them. */
  readonly options: Readonly<Record<string, string>>;
}

export interface PoolPeer {
  readonly uuid: string;
  /** Every name and address under which glusterd knows the peer; the first is the preferred one. */
  readonly hosts: readonly string[];
  /** "Peer in Cluster" is `member`; anything before or beside it is `joining` or `rejected`. */
  readonly state: 'joining' | 'member' | 'rejected';
  readonly connected: boolean;
}

/** The peer is a member, under its address or our name for it; it may be down. */
export const isPooled = (peers: readonly PoolPeer[], ip: Ip): boolean =>
  peers.some((peer) => isPeer(peer, ip) && peer.state === 'member');

/** The same, and connected. */
export const isMember = (peers: readonly PoolPeer[], ip: Ip): boolean =>
  peers.some((peer) => isPeer(peer, ip) && peer.state === 'member' && peer.connected);

export const isPeer = (peer: PoolPeer, ip: Ip): boolean =>
  peer.hosts.some((host) => host === ip || host === hostName(ip));
