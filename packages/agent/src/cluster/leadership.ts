import { type Ip, messageOf } from '@krillmanager/core';
import type { View } from '../node/view.ts';
import type { RequestAnswers } from './answer-requests.ts';
import type { SeenNode } from './fitness.ts';
import type { LabelKeeper } from './label-keeper.ts';

export interface LeadershipOptions {
  readonly labels: Pick<LabelKeeper, 'keep'>;
  readonly requests: Pick<RequestAnswers, 'answer'>;
  readonly monotonicMs: () => number;
  readonly warn: (line: string) => void;
}

/** What one agent does for all: it is the Swarm's leader, which has a quorum behind it. */
export class Leadership {
  readonly #options: LeadershipOptions;
  #told = '';

  constructor(options: LeadershipOptions) {
    this.#options = options;
  }

  /**
   * Never fails. Krill may be waiting for its label, so that comes first.
   * @param nodes as the heartbeats show them; null without a majority, when no label is changed
   */
  async lead(view: View, self: Ip, nodes: readonly SeenNode[] | null): Promise<void> {
    const { labels, requests, monotonicMs } = this.#options;
    const failures: string[] = [];
    const attempt = (what: string, done: Promise<void>) =>
      done.catch((error: unknown) => void failures.push(`${what}: ${messageOf(error)}`));
    if (nodes !== null) await attempt('keeping the labels', labels.keep(nodes, monotonicMs()));
    await attempt('answering requests', requests.answer(view, self));
    this.#tell(failures.join('; '));
  }

  /** The same trouble is told once. */
  #tell(trouble: string): void {
    if (trouble !== '' && trouble !== this.#told) this.#options.warn(trouble);
    this.#told = trouble;
  }
}
