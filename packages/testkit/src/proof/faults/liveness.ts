import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** What an agent's port answered, asked every 50 ms on one connection. */
export interface Liveness {
  readonly asked: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly failures: readonly string[];
  /** Of the looks once a second: not ready, or without a majority in its heartbeats. */
  readonly notReady: number;
  readonly majorityLost: number;
}

const everyMs = 50;

export async function probeLiveness(ip: string, forMs: number): Promise<Liveness> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path: string) => fetchFrom(`http://${ip}:9655${path}`, agent);
  const times: number[] = [];
  const failures: string[] = [];
  let [notReady, majorityLost] = [0, 0];
  const watching = every(1000, forMs, async () => {
    const { status } = await fetchFrom(`http://${ip}:9655/ready`, undefined);
    if (status !== 200) notReady += 1;
    const { body } = await fetchFrom(`http://${ip}:9655/heartbeats`, undefined);
    if ((JSON.parse(body) as { majority: boolean }).majority !== true) majorityLost += 1;
  });
  await every(everyMs, forMs, async () => {
    const began = performance.now();
    await ask('/live').catch((error: unknown) => failures.push(String(error)));
    times.push(performance.now() - began);
  });
  await watching;
  agent.destroy();
  const sorted = times.sort((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
  const figures = { medianMs: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  return { asked: times.length, ...figures, failures, notReady, majorityLost };
}

async function every(ms: number, forMs: number, work: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + forMs; Date.now() < end; await pause(ms)) await work();
}

function fetchFrom(url: string, agent: Agent | undefined) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const options = { timeout: 10_000, ...(agent && { agent }) };
    const asked = get(url, options, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      answer.once('error', reject);
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    asked.once('timeout', () => asked.destroy(new Error('no answer within 10 s')));
    asked.once('error', reject);
  });
}
