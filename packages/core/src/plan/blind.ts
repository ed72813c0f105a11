import type { Observed } from '../model/observed.ts';

/**
 * There is a volume that may hold a cluster, and it cannot be read here: what is missing on it must
 * not be guessed, or a second cluster would be founded on the first.
 */
export const isBlind = ({ volume, contents }: Observed): boolean =>
  volume !== null && volume.status !== 'created' && contents === null;
