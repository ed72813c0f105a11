import type { ContainerSpec } from '../services/container-spec.ts';

export interface ContainerState {
  readonly name: string;
  readonly id: string;
  readonly specHash: string | null;
  readonly running: boolean;
  readonly health: 'healthy' | 'unhealthy' | 'starting' | 'none';
  /** What the last health check of one that is unhealthy printed, in one line. */
  readonly illness: string | null;
  /** Milliseconds since the epoch; 0 when it never started. */
  readonly startedAtMs: number;
  readonly restarts: number;
}

export interface EngineInfo {
  /** e.g. "20.10.24" */
  readonly version: string;
  readonly apiVersion: string;
  readonly liveRestore: boolean;
  readonly rootless: boolean;
  readonly usernsRemap: boolean;
  readonly rootDir: string;
}

/** The containers of the local dockerd that are ours (they carry our label), and its images. */
export interface Containers {
  info(): Promise<EngineInfo>;
  list(): Promise<readonly ContainerState[]>;
  /** The containers that Swarm runs on this node for services of ours, by the service's name. */
  singletons(): Promise<readonly ContainerState[]>;
  /**
   * Makes the container run exactly this spec: nothing to do when the hash agrees and it runs;
   * started when it is stopped; else replaced. Restart policy is always `unless-stopped`.
   */
  apply(spec: ContainerSpec): Promise<void>;
  /** SIGTERM, then SIGKILL after the grace time, then gone; no error when it does not exist. */
  remove(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  /** @throws UserError when there is no such running container. */
  signal(name: string, signal: 'SIGHUP' | 'SIGUSR1' | 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Names (repository:tag) of those that are missing here. */
  missingImages(refs: readonly string[]): Promise<readonly string[]>;
  /** Loads a docker-archive (`docker save`). */
  loadImages(archivePath: string): Promise<void>;
  /** Runs to its end with our terminal attached; the container is removed. Returns the exit code. */
  runOnce(spec: ContainerSpec, streams: OnceStreams): Promise<number>;
}

export interface OnceStreams {
  readonly stdin: AsyncIterable<Uint8Array> | null;
  readonly stdout: (chunk: Uint8Array) => void;
  readonly stderr: (chunk: Uint8Array) => void;
}
