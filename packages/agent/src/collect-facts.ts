import type { NodeFacts } from '@krillmanager/core';
import { collectLocalFacts } from '@krillmanager/host';
import type { Machine } from './machine.ts';
import { nodeFacts } from './node/node-facts.ts';

/** The facts of the node that we are on. */
export const collectFacts = (machine: Machine, release: string): Promise<NodeFacts> =>
  nodeFacts({
    ports: machine,
    release,
    machine: (ours) => collectLocalFacts({ ours, names: machine.names }),
  });
