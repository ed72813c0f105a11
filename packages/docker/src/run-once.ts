import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OnceStreams } from '@krillmanager/core';
import type Dockerode from 'dockerode';
import type { Container } from 'dockerode';

export const sink = (chunk: (bytes: Uint8Array) => void): Writable =>
  new Writable({
    write(bytes: Uint8Array, _encoding, done) {
      chunk(bytes);
      done();
    },
  });

async function attached(container: Container, { stdin }: OnceStreams) {
  const given = stdin !== null;
  return container.attach({ stream: true, hijack: true, stdin: given, stdout: true, stderr: true });
}

export const ended = (stream: NodeJS.ReadableStream): Promise<void> =>
  new Promise((resolve) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
    stream.once('error', () => resolve());
  });

/** A program that ends without reading all of its input is no failure. */
async function feed(input: AsyncIterable<Uint8Array>, stream: NodeJS.WritableStream) {
  await pipeline(input, stream).catch(() => undefined);
}

/**
 * Starts a created container with `AutoRemove` and passes its streams on until it has ended.
 * Attached and waited for before the start, so that nothing of a short run is missed.
 */
export async function runAttached(
  docker: Dockerode,
  container: Container,
  streams: OnceStreams,
): Promise<number> {
  const stream = await attached(container, streams);
  const output = ended(stream);
  docker.modem.demuxStream(stream, sink(streams.stdout), sink(streams.stderr));
  const removed = container.wait({ condition: 'removed' });
  removed.catch(() => undefined);
  await container.start();
  if (streams.stdin) void feed(streams.stdin, stream);
  const [{ StatusCode }] = await Promise.all([removed, output]);
  return Number(StatusCode);
}
