import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { type Dial, dial } from '../cluster/dial.ts';
import { type LogEntry, type LogQuery, parseEntry, queryText } from './log-entry.ts';

const answerMs = 5000;

/**
 * The log on another node; null when the service does not run there.
 * @throws Error when its agent does not answer, or stops answering in the middle.
 */
export async function remoteLog(
  way: Dial,
  query: LogQuery,
): Promise<AsyncIterable<LogEntry> | null> {
  const answer = await ask(way, `/logs?${queryText(query)}`);
  if (answer.statusCode === 404) {
    answer.resume();
    return null;
  }
  if (answer.statusCode !== 200) throw new Error(`HTTP status ${answer.statusCode}`);
  return entriesOf(answer);
}

async function* entriesOf(answer: IncomingMessage): AsyncIterable<LogEntry> {
  for await (const line of createInterface({ input: answer })) yield parseEntry(line);
  if (!answer.complete) throw new Error('the connection was lost');
}

function ask(way: Dial, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const late = AbortSignal.timeout(answerMs);
    const asked = request({ ...dial(way), path });
    late.addEventListener('abort', () => asked.destroy(new Error(`no answer in ${answerMs} ms`)));
    asked.once('response', (answer) => {
      // From now on it may take as long as it likes.
      asked.on('error', () => undefined);
      resolve(answer);
    });
    asked.once('error', reject).end();
  });
}
