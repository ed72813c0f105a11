import type { Ip } from '../model/ip.ts';
import type { ClusterRecord } from '../model/settings.ts';
import type { Release } from '../services/release.ts';
import { canonicalJson } from '../services/spec-hash.ts';

export interface Recruitment {
  readonly cluster: ClusterRecord;
  /** The server that is taken in. */
  readonly node: Ip;
  /** Image references name their content. */
  readonly images: readonly Release['images'][keyof Release['images']][];
  readonly managers: readonly Ip[];
  readonly token: string;
}

/**
 * What a join secret vouches for: this cluster takes in this server, by this token of these
 * managers, to run these images. A seal of one recruitment is good for no other.
 */
export const sealedText = ({ cluster, node, images, managers, token }: Recruitment): string =>
  canonicalJson({
    purpose: 'krillmanager join 1',
    cluster: { id: cluster.id, epoch: cluster.epoch },
    node,
    images: [...images].sort(),
    managers,
    token,
  });
