import { directorySource } from './directory-source.ts';
import { httpsPollMs, pollMs } from './limits.ts';
import type { Options } from './options.ts';
import type { Source } from './source.ts';
import type { AnswerMemory } from './source-memory.ts';

export async function sourceOf(
  options: Options,
  memory: AnswerMemory,
  version: string | undefined,
): Promise<Source> {
  const { source, notification } = options;
  if (source.kind === 'directory') return directorySource(source.dir);
  const { base, auth, insecure, caFile } = source;
  const { httpsSource } = await import('./https-source.ts');
  return httpsSource({
    base,
    insecure,
    ...(auth === undefined ? {} : { auth }),
    ...(caFile === undefined ? {} : { caFile }),
    notification: notification.fileName,
    memory,
    env: process.env,
    userAgent: version === undefined ? 'krillsync' : `krillsync/${version}`,
  });
}

/** How often a daemon looks at the source, in ms. A look at a directory costs next to nothing. */
export function pollMsOf({ pollInterval, source }: Options): number {
  if (pollInterval !== undefined) return pollInterval * 1000;
  return source.kind === 'directory' ? pollMs : httpsPollMs;
}
