import type { ClusterSettings } from '@krillmanager/core';
import type { Lab } from '../lab.ts';
import type { Answer, Asked } from './fetched.ts';
import type { Publication } from './publication.ts';
import type { ServingCertificates } from './serving-certificates.ts';
import type { ServingNode } from './serving-node.ts';

/** Two nodes that serve, and what the suites on them need. */
export interface Scene {
  readonly lab: Lab;
  readonly h1: ServingNode;
  readonly h2: ServingNode;
  /** Of the first node, unless told. */
  readonly ask: (uri: string, asked?: Partial<Asked>) => Promise<Answer>;
  /** PEM file with our authority. */
  readonly authority: string;
  readonly settings: ClusterSettings;
  readonly certificates: ServingCertificates;
  readonly publication: Publication;
}
