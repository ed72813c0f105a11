import { directorySource } from './directory-source.ts';
import { httpsPollMs, pollMs } from './limits.ts';
import type { Options } from './options.ts';
import type { Source } from './source.ts';
import { SourceMemory } from './source-memory.ts';

export async function sourceOf(options: Options, version: string | undefined): Promise<Source> {
  const { source, notification, stateDir } = options;
  if (source.kind === 'directory') return directorySource(source.dir);
  const { base, insecure, caFile } = source;
  const { httpsSource } = await import('./https-source.ts');
  return httpsSource({
    base,
    insecure,
    ...(caFile === undefined ? {} : { caFile }),
    notification: notification.fileName,
    memory: new SourceMemory(stateDir),
    env: process.env,
    userAgent: version === undefined ? 'krillsync' : `krillsync/${version}`,
  });
}

/** How often a daemon looks at the source, in ms. A look at a directory costs next to nothing. */
export function pollMsOf({ pollInterval, source }: Options): number {
  if (pollInterval !== undefined) return pollInterval * 1000;
  return source.kind === 'directory' ? pollMs : httpsPollMs;
}
