export interface BindMount {
  readonly type: 'bind';
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** `rslave`: mounts that the host makes below the source later appear in the container. */
  readonly propagation?: 'rprivate' | 'rslave';
}

export interface TmpfsMount {
  readonly type: 'tmpfs';
  readonly target: string;
  readonly sizeBytes: number;
  /** Octal permissions as a number, e.g. 0o1777. */
  readonly mode: number;
}

export interface HealthCheck {
  readonly argv: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly startSeconds: number;
  readonly retries: number;
}

/** One program in a container on the host's network: enough for Swarm and for plain Docker. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  /** The whole command line under Docker's init, instead of the image's; empty: the image's. */
  readonly argv: readonly string[];
  /** Where it starts; the image's own unless told. */
  readonly directory?: string;
  /** Never a secret. */
  readonly env: Readonly<Record<string, string>>;
  /** "uid:gid", or null for the image's own. */
  readonly user: string | null;
  /** All others are dropped. */
  readonly capabilities: readonly string[];
  readonly mounts: readonly (BindMount | TmpfsMount)[];
  readonly memoryBytes: number;
  readonly pids: number;
  readonly nofile: number;
  readonly stopSignal: string;
  readonly stopGraceSeconds: number;
  readonly health: HealthCheck | null;
  /** Shares its ports with its successor, which takes over before this one ends (docs/adr/0016). */
  readonly handsOver?: true;
  /** Grows with each restart that was asked for: another specification is another container. */
  readonly restarts?: number;
}

/** A container that Swarm runs once, on a node that carries all of the labels. */
export interface SingletonSpec extends ContainerSpec {
  readonly requireLabels: Readonly<Record<string, string>>;
  readonly restartDelaySeconds: number;
}
