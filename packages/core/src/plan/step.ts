import type { Desired } from '../model/desired.ts';
import type { Ports } from '../ports/ports.ts';
import type { ClusterStep } from './steps/cluster.ts';
import type { JoinStep } from './steps/join.ts';
import type { KrillStep } from './steps/krill.ts';
import type { LeaveStep } from './steps/leave.ts';
import type { NodeStep } from './steps/node.ts';
import type { PoolStep } from './steps/pool.ts';
import type { ServingStep } from './steps/serving.ts';
import type { SwarmStep } from './steps/swarm.ts';
import type { VolumeStep } from './steps/volume.ts';

export type Step =
  | ClusterStep
  | JoinStep
  | KrillStep
  | LeaveStep
  | NodeStep
  | PoolStep
  | ServingStep
  | SwarmStep
  | VolumeStep;

/** A plan is data: it can be printed, compared and kept. */
export interface Plan {
  readonly version: 1;
  readonly steps: readonly Step[];
}

/** What apply gets beside the step: the ports, the intentions, and a line for the operator. */
export interface Workshop {
  readonly ports: Ports;
  readonly desired: Desired;
  readonly progress: (what: string) => void;
}

export interface Handler<S> {
  /** One line, in the imperative: what --dry-run prints. */
  readonly describe: (step: S) => string;
  readonly apply: (step: S, workshop: Workshop) => Promise<void>;
  /** It only waits: steps of this kind that follow one another are done at the same time. */
  readonly together?: true;
}

/** A missing handler is a compile error. */
export type Handlers<S extends { readonly kind: string }> = {
  readonly [K in S['kind']]: Handler<Extract<S, { readonly kind: K }>>;
};
