/** Why Krill is not started on a node: its supervisor writes it there, also when the volume is away. */
export interface KrillRefusal {
  /** Completes "Krill is not started: …". */
  readonly because: string;
  /** What the operator does next. */
  readonly todo: string;
  /** Set when an initialisation died that cannot go on: only a new one helps, and `init` offers it. */
  readonly startOver: boolean;
  /** When the supervisor last found it so, by its node's clock: milliseconds since the epoch. */
  readonly atMs: number;
}
