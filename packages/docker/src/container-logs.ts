import { Readable } from 'node:stream';
import { type DockerSocket, Engine } from './engine.ts';
import { ended, sink } from './run-once.ts';

export interface LogRequest {
  /** Goes on until the container ends, or nobody reads any more. */
  readonly follow: boolean;
  /** Lines from the end; null: all that Docker keeps. */
  readonly tail: number | null;
  /** Aborted when nobody reads any more. */
  readonly gone: AbortSignal;
}

export interface LogOutput {
  readonly stdout: (chunk: Uint8Array) => void;
  readonly stderr: (chunk: Uint8Array) => void;
}

/**
 * Passes on what a container of the local dockerd has written, each line with its time (RFC 3339,
 * nine digits, UTC) and a space before it.
 */
export type ReadContainerLog = (
  id: string,
  request: LogRequest,
  output: LogOutput,
) => Promise<void>;

export function containerLogs(socket: DockerSocket): ReadContainerLog {
  const engine = new Engine(socket);
  return (id, { follow, tail, gone }, output) =>
    engine.attend(`reading the log of ${id.slice(0, 12)}`, async (docker) => {
      const lines = tail !== null && { tail };
      const options = { stdout: true, stderr: true, timestamps: true, ...lines };
      const container = docker.getContainer(id);
      const stream = follow
        ? await container.logs({ ...options, follow })
        : Readable.from(await container.logs({ ...options, follow }), { objectMode: false });
      const end = ended(stream);
      gone.addEventListener('abort', () => (stream as Readable).destroy(), { once: true });
      docker.modem.demuxStream(stream, sink(output.stdout), sink(output.stderr));
      await end;
    });
}
