import type { FileEncoding } from '../ports/host-files.ts';
import type { ContainerSpec } from './container-spec.ts';
import { contentHash } from './spec-hash.ts';

/** A rendered file below the serving directory. */
export interface ServingFile {
  readonly path: string;
  readonly content: string;
}

/** A file on the volume that every node follows with a copy of its own. */
export interface FollowedFile {
  readonly from: string;
  readonly to: string;
  readonly mode: number;
  /** How the file on the volume encodes what the copy holds. */
  readonly encoding?: FileEncoding;
}

/** The serving stack of one node: the same on every node, and enough to run without the cluster. */
export interface ServingSpec {
  readonly files: readonly ServingFile[];
  readonly follows: readonly FollowedFile[];
  /** In the order in which they are started. */
  readonly containers: readonly ContainerSpec[];
}

export const servingHash = (spec: ServingSpec): string => contentHash(spec);
