import type { ReadEntries } from './local-log.ts';
import type { LogEntry } from './log-entry.ts';

/** What is pushed to us, to be taken when we like. */
export async function* entriesOf(read: ReadEntries, gone: AbortSignal): AsyncIterable<LogEntry> {
  const waiting: LogEntry[] = [];
  let wake = Promise.withResolvers<void>();
  let over = false;
  const done = read((entry) => {
    waiting.push(entry);
    wake.resolve();
  }, gone).finally(() => {
    over = true;
    wake.resolve();
  });
  done.catch(() => undefined);
  while (!over || waiting.length > 0) {
    if (waiting.length === 0) await wake.promise;
    wake = Promise.withResolvers<void>();
    yield* waiting.splice(0);
  }
  await done;
}
