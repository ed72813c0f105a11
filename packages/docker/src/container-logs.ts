import { Readable } from 'node:stream';
import { type DockerSocket, Engine } from './engine.ts';
import { ended, sink } from './run-once.ts';

export interface LogRequest {
  /** Goes on until the container ends. */
  readonly follow: boolean;
  /** Lines from the end; null: all that Docker keeps. */
  readonly tail: number | null;
}

export interface LogOutput {
  readonly stdout: (chunk: Uint8Array) => void;
  readonly stderr: (chunk: Uint8Array) => void;
}

/** Passes on what a container of the local dockerd has written. */
export type ReadContainerLog = (
  id: string,
  request: LogRequest,
  output: LogOutput,
) => Promise<void>;

export function containerLogs(socket: DockerSocket): ReadContainerLog {
  const engine = new Engine(socket);
  return (id, { follow, tail }, output) =>
    engine.attend(`reading the log of ${id.slice(0, 12)}`, async (docker) => {
      const options = { stdout: true, stderr: true, ...(tail !== null && { tail }) };
      const container = docker.getContainer(id);
      const stream = follow
        ? await container.logs({ ...options, follow })
        : Readable.from(await container.logs({ ...options, follow }), { objectMode: false });
      const end = ended(stream);
      docker.modem.demuxStream(stream, sink(output.stdout), sink(output.stderr));
      await end;
    });
}
