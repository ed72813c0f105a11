import { StringDecoder } from 'node:string_decoder';
import type { LogEntry } from './log-entry.ts';

const timed = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) ?(.*)$/s;

/** Makes entries of what Docker writes: lines with their time, in chunks that end anywhere. */
export function timedLines(error: boolean, take: (entry: LogEntry) => void) {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let last = '';
  return (chunk: Uint8Array): void => {
    const lines = (rest + decoder.write(Buffer.from(chunk))).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      // A line without a time goes on where the one before it ended.
      const [, at = last, line = text] = timed.exec(text) ?? [];
      last = at;
      take({ at, error, line });
    }
  };
}
